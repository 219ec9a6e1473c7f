import { describe, expect, test } from 'vitest'
import { decodeRequest, decodeResponse } from '#bhttp/decode.ts'
import { encodeRequest, encodeResponse, padMessage } from '#bhttp/encode.ts'
import type { Field } from '#bhttp/message.ts'
import { bytes, get, limits, ok, request, response } from '#bhttp/messages-for-tests.ts'
import { encodeInteger } from '#bhttp/quic-integer.ts'
import { concatenate } from '#bytes.ts'

/** The wire form of a request that the encoder would not write. */
function rawRequest(control: readonly string[], headers: readonly Field[] = []): Uint8Array {
  const word = (value: string): Uint8Array =>
    concatenate([
      encodeInteger(value.length),
      Uint8Array.from(value, (character) => character.charCodeAt(0)),
    ])
  const lines = concatenate(headers.flatMap(({ name, value }) => [word(name), word(value)]))
  return concatenate([Uint8Array.of(0), ...control.map(word), encodeInteger(lines.length), lines])
}

describe('rules', () => {
  const refusedControl: readonly (readonly string[])[] = [
    ['', 'https', '', '/'],
    ['GE T', 'https', '', '/'],
    ['GET\r\n', 'https', '', '/'],
    ['CONNECT', 'https', 'a', '/'],
    ['GET', '', '', '/'],
    ['GET', '1https', '', '/'],
    ['GET', 'https', 'user@host', '/'],
    ['GET', 'https', 'a/b', '/'],
    ['GET', 'https', 'a b', '/'],
    ['GET', 'https', '', ''],
    ['GET', 'https', '', 'a'],
    ['GET', 'https', '', '*'],
    ['GET', 'https', '', '/a b'],
    ['GET', 'https', '', '/a\r\nb'],
    ['GET', 'https', '', '/a#b'],
    ['GET', 'https', '', '/\x80'],
  ]
  test.each(refusedControl)('control data %j %j %j %j is neither read nor written', (...words) => {
    expect(decodeRequest(rawRequest(words), limits)).toEqual({ kind: 'malformed' })
    const [method = '', scheme = '', authority = '', path = ''] = words
    const message = { ...get, method, scheme, authority, path }
    expect(() => encodeRequest(message)).toThrow(RangeError)
  })

  test('OPTIONS may ask the whole server', () => {
    const message = { ...get, method: 'OPTIONS', path: '*', headers: [] }
    expect(request(encodeRequest(message))).toEqual(message)
  })

  const refusedFields: readonly (readonly [string, string])[] = [
    ['', 'a'],
    ['Host', 'a'],
    ['a b', 'a'],
    ['a:', 'a'],
    [':method', 'GET'],
    [':protocol', 'websocket'],
    ['a\x80', 'a'],
    ['a', ' b'],
    ['a', 'b\t'],
    ['a', 'b\r\nc: d'],
    ['a', 'b\x00'],
    ['a', 'b\x1fc'],
    ['a', 'b\x7f'],
    ['connection', 'close'],
    ['keep-alive', 'a'],
    ['proxy-connection', 'a'],
    ['transfer-encoding', 'chunked'],
    ['upgrade', 'a'],
    ['te', 'gzip'],
    ['content-length', '1'],
    ['content-length', '+0'],
    ['content-length', '0, 0'],
    ['content-length', ''],
  ]
  test.each(refusedFields)('field %j: %j is neither read nor written', (name, value) => {
    const headers = [{ name, value }]
    const wire = rawRequest(['GET', 'https', '', '/'], headers)
    expect(decodeRequest(wire, limits)).toEqual({ kind: 'malformed' })
    expect(() => encodeRequest({ ...get, headers })).toThrow(RangeError)
    expect(() => encodeRequest({ ...get, trailers: headers })).toThrow(RangeError)
    if (name === 'content-length') return
    const informational = [{ status: 103, headers }]
    expect(() => encodeResponse({ ...ok, informational })).toThrow(RangeError)
  })

  test('fields with an empty value, with tabs and with bytes beyond ASCII are fine', () => {
    const headers = [
      { name: 'a', value: '' },
      { name: 'a', value: 'b\tc' },
      { name: 'a', value: '\xe4\xff' },
      { name: 'te', value: 'trailers' },
      { name: 'content-length', value: '0' },
    ]
    expect(request(encodeRequest({ ...get, headers })).headers).toEqual(headers)
  })

  test('a response may tell the length of a content that it does not bring, but no wrong one', () => {
    const headers = [{ name: 'content-length', value: '5' }]
    expect(response(encodeResponse({ ...ok, headers })).headers).toEqual(headers)
    const wrong = { ...ok, headers, content: Uint8Array.of(1) }
    expect(() => encodeResponse(wrong)).toThrow(RangeError)
    const wire = bytes('0140c8' + '11' + '0e636f6e74656e742d6c656e6774680135' + '0101')
    expect(decodeResponse(wire, limits)).toEqual({ kind: 'malformed' })
  })

  test('a length among the trailers is refused', () => {
    const trailers = [{ name: 'content-length', value: '0' }]
    expect(() => encodeResponse({ ...ok, trailers })).toThrow(RangeError)
  })

  test('an error repeats nothing of the message', () => {
    const headers = [{ name: 'secret name', value: 'secret value' }]
    expect(() => encodeRequest({ ...get, headers })).toThrow(
      /^Cannot encode request: the name of a field is not a token in lower case$/,
    )
  })

  test('no status is written that could not be read', () => {
    for (const status of [199, 600, 200.5, Number.NaN]) {
      expect(() => encodeResponse({ ...ok, status })).toThrow(/^Cannot encode response: /)
    }
    for (const status of [99, 200]) {
      const informational = [{ status, headers: [] }]
      expect(() => encodeResponse({ ...ok, informational })).toThrow(RangeError)
    }
  })

  test('every status from the first to the last is read and written', () => {
    for (const status of [100, 199]) {
      const message = { ...ok, informational: [{ status, headers: [] }] }
      expect(response(encodeResponse(message))).toEqual(message)
    }
    for (const status of [200, 599]) {
      expect(response(encodeResponse({ ...ok, status }))).toEqual({ ...ok, status })
    }
  })

  test('padding only adds', () => {
    expect(() => padMessage(new Uint8Array(3), 2)).toThrow(
      /^Cannot pad message: it has 3 bytes of 2$/,
    )
    expect(padMessage(Uint8Array.of(1), 3)).toEqual(Uint8Array.of(1, 0, 0))
  })
})
