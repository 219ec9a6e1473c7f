import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRequest, decodeResponse } from '#bhttp/decode.ts'
import { encodeRequest, encodeResponse, padMessage } from '#bhttp/encode.ts'
import type { BinaryResponse, Decoded, Field } from '#bhttp/message.ts'
import {
  get,
  bytes,
  full,
  limits,
  none,
  ok,
  request,
  response,
  text,
  withInformational,
} from '#bhttp/messages-for-tests.ts'
import { encodeInteger } from '#bhttp/quic-integer.ts'
import { concatenate } from '#bytes.ts'
import { truncationsOf, withEachBitFlipped, withEachByteFlipped } from '#hostile-for-tests.ts'
import vectors from '#vectors/rfc9292.json' with { type: 'json' }

const wires: readonly (readonly [string, Uint8Array])[] = [
  ['a known request', encodeRequest(full)],
  ['an indeterminate request', encodeRequest(full, { length: 'indeterminate' })],
  ['a known response', encodeResponse(withInformational, { truncate: false })],
  ['an indeterminate response', bytes(vectors.indeterminateResponse)],
]

describe('hostile bytes', () => {
  test.each(wires)(
    '%s with any byte or bit changed gives an answer and no exception',
    (_, wire) => {
      for (const broken of [...withEachByteFlipped(wire), ...withEachBitFlipped(wire)]) {
        const outcomes = [decodeRequest(broken, limits), decodeResponse(broken, limits)]
        for (const outcome of outcomes) {
          if (outcome.kind !== 'decoded') continue
          // What is let in is sound: it can be written, and is then read the same.
          const { message } = outcome
          if ('method' in message) expect(request(encodeRequest(message))).toEqual(message)
          else expect(response(encodeResponse(message))).toEqual(message)
        }
      }
    },
  )

  test('a request that is cut is refused, or cut where all that is missing is its end', () => {
    const wire = encodeRequest(full)
    const headless = { ...full, headers: [], content: none, trailers: [] }
    const whole = [...truncationsOf(wire)].flatMap((cut) => {
      const outcome = decodeRequest(cut, limits)
      return outcome.kind === 'decoded' ? [outcome.message] : []
    })
    // Behind the headers it lacks a content that they speak of.
    expect(whole).toEqual([headless, { ...full, trailers: [] }])
  })

  test('a response that is cut is refused, or cut where all that is missing is its end', () => {
    for (const length of ['known', 'indeterminate'] as const) {
      const wire = encodeResponse(withInformational, { length })
      const whole = [...truncationsOf(wire)].flatMap((cut) => {
        const outcome = decodeResponse(cut, limits)
        return outcome.kind === 'decoded' ? [outcome.message] : []
      })
      expect(whole).toEqual([
        { ...withInformational, headers: [], content: none },
        { ...withInformational, content: none },
      ])
    }
  })

  test('arbitrary bytes give an answer and no exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(3), (noise, first) => {
        const wire = concatenate([Uint8Array.of(first), noise])
        const kinds = [decodeRequest(wire, limits).kind, decodeResponse(wire, limits).kind]
        expect(kinds).not.toEqual(['decoded', 'decoded'])
      }),
      { numRuns: 2_000 },
    )
  })

  test('nothing at all is malformed', () => {
    expect(decodeRequest(none, limits)).toEqual({ kind: 'malformed' })
    expect(decodeResponse(none, limits)).toEqual({ kind: 'malformed' })
  })

  test('a message of the other direction, or of an unknown form, is malformed', () => {
    for (const first of [1, 3, 4, 0x3f]) {
      const wire = encodeRequest(full)
      wire[0] = first
      expect(decodeRequest(wire, limits)).toEqual({ kind: 'malformed' })
    }
    for (const first of [0, 2, 4]) {
      expect(decodeResponse(Uint8Array.of(first, 0x40, 0xc8), limits).kind).toBe('malformed')
    }
  })

  test('padding that is not zero is malformed', () => {
    for (const length of ['known', 'indeterminate'] as const) {
      const wire = encodeRequest(full, { length })
      for (const last of [wire.length, wire.length + 5]) {
        const padded = padMessage(wire, wire.length + 6)
        padded[last] = 1
        expect(decodeRequest(padded, limits)).toEqual({ kind: 'malformed' })
      }
    }
  })

  test('a length beyond the end, up to the largest that can be written, is malformed', () => {
    for (const length of [1, 63, 64, 16_384, 2 ** 30, 2 ** 53 - 1]) {
      const wire = concatenate([bytes('0140c800'), encodeInteger(length)])
      expect(decodeResponse(wire, limits)).toEqual({ kind: 'malformed' })
    }
    const largest = concatenate([bytes('0140c800'), new Uint8Array(8).fill(0xff), text('abc')])
    expect(decodeResponse(largest, limits)).toEqual({ kind: 'malformed' })
  })

  test('a field that reaches out of its section is malformed', () => {
    expect(decodeResponse(bytes('0140c8' + '03' + '016101' + '62'), limits).kind).toBe('malformed')
    expect(response(bytes('0140c8' + '04' + '01610162')).headers).toEqual([
      { name: 'a', value: 'b' },
    ])
  })

  test('numbers may be longer than they need be', () => {
    expect(response(bytes('4001' + '800000c8' + 'c000000000000000'))).toEqual(ok)
  })

  test('a response that ends with an informational one is malformed', () => {
    expect(decodeResponse(bytes('014064' + '00'), limits)).toEqual({ kind: 'malformed' })
    expect(decodeResponse(bytes('034064' + '00'), limits)).toEqual({ kind: 'malformed' })
  })

  test.each([0, 99, 600, 1000])('status %i is malformed', (status) => {
    const wire = concatenate([Uint8Array.of(1), encodeInteger(status)])
    expect(decodeResponse(wire, limits)).toEqual({ kind: 'malformed' })
  })
})

describe('limits', () => {
  const field: Field = { name: 'abc', value: 'de' }

  test('headers and trailers together may be as large as the caller says, and no byte more', () => {
    const message = { ...ok, headers: [field], trailers: [field] }
    const wire = encodeResponse(message)
    const outcomeAt = (maxHeaderBytes: number): Decoded<BinaryResponse> =>
      decodeResponse(wire, { ...limits, maxHeaderBytes })
    expect(outcomeAt(2 * (5 + 32))).toEqual({ kind: 'decoded', message })
    expect(outcomeAt(2 * (5 + 32) - 1)).toEqual({ kind: 'headers-too-large' })
  })

  test('control data counts', () => {
    const wire = encodeRequest({ ...get, headers: [] })
    const size = 'GET'.length + 'https'.length + '/hello.txt'.length
    expect(decodeRequest(wire, { ...limits, maxHeaderBytes: size }).kind).toBe('decoded')
    const tight = { ...limits, maxHeaderBytes: size - 1 }
    expect(decodeRequest(wire, tight)).toEqual({ kind: 'headers-too-large' })
  })

  test('informational responses count even when they say nothing', () => {
    const informational = Array.from({ length: 10 }, () => ({ status: 100, headers: [] }))
    const wire = encodeResponse({ ...ok, informational })
    expect(decodeResponse(wire, { ...limits, maxHeaderBytes: 320 }).kind).toBe('decoded')
    const tight = { ...limits, maxHeaderBytes: 319 }
    expect(decodeResponse(wire, tight)).toEqual({ kind: 'headers-too-large' })
  })

  test.each(['known', 'indeterminate'] as const)('content of %s length has its own', (length) => {
    const wire = encodeResponse({ ...ok, content: new Uint8Array(100) }, { length })
    expect(decodeResponse(wire, { ...limits, maxContentBytes: 100 }).kind).toBe('decoded')
    const tight = { ...limits, maxContentBytes: 99 }
    expect(decodeResponse(wire, tight)).toEqual({ kind: 'content-too-large' })
  })

  test('content in many chunks is one content, and counted as one', () => {
    const chunks = Array.from({ length: 50_000 }, (_, at) => Uint8Array.of(1, at & 0xff))
    const wire = concatenate([bytes('0340c800'), ...chunks, bytes('00')])
    const expected = Uint8Array.from({ length: 50_000 }, (_, at) => at & 0xff)
    expect(response(wire).content).toEqual(expected)
    expect(decodeResponse(wire, { ...limits, maxContentBytes: 49_999 }).kind).toBe(
      'content-too-large',
    )
  })
})
