import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeRequest } from '#bhttp/decode.ts'
import { encodeRequest, encodeResponse, padMessage } from '#bhttp/encode.ts'
import {
  bytes,
  get,
  limits,
  ok,
  request,
  response,
  withInformational,
  withTrailer,
} from '#bhttp/messages-for-tests.ts'
import vectors from '#vectors/rfc9292.json' with { type: 'json' }

describe('the examples of RFC 9292', () => {
  test('a request of known length is read and written', () => {
    const wire = bytes(vectors.knownRequest)
    expect(request(wire)).toEqual(get)
    expect(encodeRequest(get, { truncate: false })).toEqual(wire)
  })

  test('it means the same without its last two bytes', () => {
    const wire = bytes(vectors.knownRequest)
    expect(request(wire.slice(0, -1))).toEqual(get)
    expect(request(wire.slice(0, -2))).toEqual(get)
    expect(encodeRequest(get)).toEqual(wire.slice(0, -2))
    expect(decodeRequest(wire.slice(0, -3), limits)).toEqual({ kind: 'malformed' })
  })

  test('a request of indeterminate length with 10 bytes of padding is read and written', () => {
    const wire = bytes(vectors.indeterminateRequest)
    expect(request(wire)).toEqual(get)
    const bare = encodeRequest(get, { length: 'indeterminate', truncate: false })
    expect(padMessage(bare, bare.length + 10)).toEqual(wire)
  })

  test('up to 12 bytes of it can go without a change of meaning, and not 13', () => {
    const wire = bytes(vectors.indeterminateRequest)
    for (let cut = 1; cut <= 12; cut++) expect(request(wire.slice(0, -cut))).toEqual(get)
    expect(decodeRequest(wire.slice(0, -13), limits)).toEqual({ kind: 'malformed' })
  })

  test('a response after two informational ones is read and written', () => {
    const wire = bytes(vectors.indeterminateResponse)
    expect(response(wire)).toEqual(withInformational)
    const again = encodeResponse(withInformational, { length: 'indeterminate', truncate: false })
    expect(again).toEqual(wire)
  })

  test('a response with a trailer is read and written', () => {
    const wire = bytes(vectors.knownResponse)
    expect(response(wire)).toEqual(withTrailer)
    expect(encodeResponse(withTrailer)).toEqual(wire)
  })
})

const fields = fc.array(
  fc.record({
    name: fc.stringMatching(/^x-[a-z0-9!#$%&'*+.^_`|~-]{0,20}$/),
    value: fc.stringMatching(/^([!-~\x80-\xff]([\t -~\x80-\xff]{0,20}[!-~\x80-\xff])?)?$/),
  }),
  { maxLength: 5 },
)
const parts = {
  headers: fields,
  content: fc.uint8Array({ maxLength: 300 }),
  trailers: fields,
}
const anyRequest = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PATCH', "x!#$%&'*+-.^_`|~"),
  scheme: fc.constantFrom('https', 'http', 'coap+tcp'),
  authority: fc.constantFrom('', 'example.com', '[::1]:443'),
  path: fc.constantFrom('/', '/a/b?c=d%20', '/~"{}|'),
  ...parts,
})
const anyResponse = fc.record({
  informational: fc.array(
    fc.record({ status: fc.integer({ min: 100, max: 199 }), headers: fields }),
    { maxLength: 3 },
  ),
  status: fc.integer({ min: 200, max: 599 }),
  ...parts,
})
const options = fc.record({
  length: fc.constantFrom('known', 'indeterminate'),
  truncate: fc.boolean(),
})

describe('whatever is written', () => {
  test('is read again as the same request, padded or not', () => {
    fc.assert(
      fc.property(anyRequest, options, fc.nat(40), (message, how, padding) => {
        const wire = encodeRequest(message, how)
        expect(request(padMessage(wire, wire.length + padding))).toEqual(message)
      }),
    )
  })

  test('is read again as the same response, padded or not', () => {
    fc.assert(
      fc.property(anyResponse, options, fc.nat(40), (message, how, padding) => {
        const wire = encodeResponse(message, how)
        expect(response(padMessage(wire, wire.length + padding))).toEqual(message)
      }),
    )
  })

  test('is shorter when empty parts at its end may go', () => {
    for (const length of ['known', 'indeterminate'] as const) {
      const long = encodeRequest({ ...get, headers: [] }, { length, truncate: false })
      const short = encodeRequest({ ...get, headers: [] }, { length })
      expect(long.length - short.length).toBe(3)
    }
    expect(encodeResponse(ok)).toEqual(bytes('0140c8'))
  })

  test('keeps a part that has something in it, and what stands before it', () => {
    const message = { ...ok, trailers: [{ name: 'a', value: '' }] }
    expect(encodeResponse(message)).toEqual(bytes('0140c8000003016100'))
    expect(encodeResponse(message, { length: 'indeterminate' })).toEqual(
      bytes('0340c8000001610000'),
    )
  })
})
