import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseMessage, type Payload, type SpqrMessage, writeMessage } from '#spqr/message.ts'
import { bufferOf } from '#session/parties-for-tests.ts'
import { fromHex, hex } from '#spqr/spqr-for-tests.ts'

const data = Uint8Array.from({ length: 32 }, (_, i) => i)

const payload: fc.Arbitrary<Payload> = fc.oneof(
  fc.record({ kind: fc.constantFrom('none' as const, 'ct1-ack' as const) }),
  fc.record({
    kind: fc.constantFrom(
      'hdr' as const,
      'ek' as const,
      'ek-ct1-ack' as const,
      'ct1' as const,
      'ct2' as const,
    ),
    chunk: fc.record({
      index: fc.nat(0xffff),
      data: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    }),
  }),
)

const message: fc.Arbitrary<SpqrMessage> = fc.record({
  epoch: fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.maxSafeInteger().map(Math.abs).filter(Boolean),
  ),
  index: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 0xffff_ffff })),
  payload,
})

describe('a message', () => {
  test('has the bytes of the specification', () => {
    const chunk = { index: 0, data }
    const bytes = writeMessage({ epoch: 1, index: 1, payload: { kind: 'hdr', chunk } })
    expect(hex(bytes)).toBe(`0101010100${hex(data)}`)
    const acknowledgement: SpqrMessage = { epoch: 1, index: 40, payload: { kind: 'ct1-ack' } }
    expect(hex(writeMessage(acknowledgement))).toBe('01012804')
    const late = { epoch: 300, index: 0xffff_ffff, payload: { kind: 'ct2', chunk } } as const
    expect(hex(writeMessage(late))).toBe(`01ac02ffffffff0f0600${hex(data)}`)
  })

  test('has a byte for every kind of payload', () => {
    const kinds = ['none', 'hdr', 'ek', 'ek-ct1-ack', 'ct1-ack', 'ct1', 'ct2']
    const chunk = `05${hex(data)}`
    expect([0, 1, 2, 3, 4, 5, 6].map((n) => parseMessage(fromHex(`0101010${n}${chunk}`)))).toEqual(
      kinds.map((kind) => ({
        epoch: 1,
        index: 1,
        payload:
          kind === 'none' || kind === 'ct1-ack' ? { kind } : { kind, chunk: { index: 5, data } },
      })),
    )
    for (const n of [7, 8, 0x80, 0xff]) {
      expect(
        parseMessage(fromHex(`010101${n.toString(16).padStart(2, '0')}${chunk}`)),
      ).toBeUndefined()
    }
  })

  test('is read as it was written, and with anything behind it', () => {
    fc.assert(
      fc.property(message, fc.uint8Array({ maxLength: 5 }), (each, rest) => {
        const bytes = writeMessage(each)
        expect(parseMessage(bytes)).toEqual(each)
        expect(parseMessage(Uint8Array.of(...bytes, ...rest))).toEqual(each)
      }),
    )
  })

  test('is refused at every shorter length', () => {
    fc.assert(
      fc.property(message, (each) => {
        const bytes = writeMessage(each)
        for (let length = 0; length < bytes.length; length++) {
          expect(parseMessage(bytes.subarray(0, length))).toBeUndefined()
        }
      }),
      { numRuns: 20 },
    )
  })

  test('is refused with every other version', () => {
    for (let version = 0; version < 256; version++) {
      const parsed = parseMessage(Uint8Array.of(version, 1, 1, 0))
      expect({ version, isRead: parsed !== undefined }).toEqual({ version, isRead: version === 1 })
    }
  })

  test('is refused with index 0 or epoch 0, however they are spelled', () => {
    for (const zero of ['00', '8000', '80808000']) {
      expect(parseMessage(fromHex(`0101${zero}00`))).toBeUndefined()
      expect(parseMessage(fromHex(`0101${zero}04`))).toBeUndefined()
      expect(parseMessage(fromHex(`01${zero}0100`))).toBeUndefined()
    }
  })

  test('is read with numbers that are longer than they must be, up to ten bytes', () => {
    const padded = `81${'80'.repeat(8)}00`
    const none = { epoch: 1, index: 1, payload: { kind: 'none' } }
    expect(parseMessage(fromHex(`01${padded}${padded}00`))).toEqual(none)
    expect(parseMessage(fromHex(`0181${'80'.repeat(9)}000100`))).toBeUndefined()
  })

  test('is refused with numbers out of range', () => {
    expect(parseMessage(fromHex(`0101808080801000`))).toBeUndefined()
    expect(parseMessage(fromHex(`01ffffffffffffffffff010100`))).toBeUndefined()
    expect(parseMessage(fromHex(`01010101ffff03${hex(data)}`))).toMatchObject({
      payload: { chunk: { index: 0xffff } },
    })
    expect(parseMessage(fromHex(`01010101808004${hex(data)}`))).toBeUndefined()
  })

  test('keeps nothing of the bytes that it was read from', () => {
    const bytes = bufferOf(fromHex(`0101010100${hex(data)}`))
    const parsed = parseMessage(bytes)
    bytes.fill(0)
    expect(parsed?.payload).toEqual({ kind: 'hdr', chunk: { index: 0, data } })
  })

  test('is read or refused, never anything else, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const parsed = parseMessage(bytes)
        if (parsed !== undefined) expect(parseMessage(writeMessage(parsed))).toEqual(parsed)
      }),
      { numRuns: 1000 },
    )
  })
})
