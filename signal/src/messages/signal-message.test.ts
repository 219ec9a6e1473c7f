import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SignalError } from '#errors.ts'
import { parseCurveKey } from '#keys/serialized-key.ts'
import {
  hasValidMac,
  parseSignalMessage,
  serializeSignalMessage,
  type SignalMessageParts,
} from '#messages/signal-message.ts'
import {
  bufferOf,
  codeOf,
  flipped,
  fromHex,
  primitives,
  toHex,
} from '#session/parties-for-tests.ts'
import { signalVectors } from '#session/vectors-for-tests.ts'

const { signalMessage, msgKeys } = signalVectors()
const mac = {
  macKey: fromHex(signalMessage.macKey),
  senderIdentity: parseCurveKey(fromHex(signalMessage.senderId)),
  recipientIdentity: parseCurveKey(fromHex(signalMessage.receiverId)),
}
const recorded = fromHex(signalMessage.bytes)

/** A version byte, the fields, and a MAC that does not fit. */
function message(fields: string, versionByte = 0x44): Uint8Array {
  return Uint8Array.of(versionByte, ...fromHex(fields.replaceAll(' ', '')), ...Array(8).fill(0))
}

const key = signalMessage.ratchet
const minimal = `0a21${key} 1005 220161`

const anyParts: fc.Arbitrary<SignalMessageParts> = fc.record({
  ratchetKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  counter: fc.nat(0xffffffff),
  previousCounter: fc.nat(0xffffffff),
  ciphertext: fc.uint8Array({ maxLength: 300 }),
  spqrMessage: fc.uint8Array({ maxLength: 60 }),
  addresses: fc.option(fc.uint8Array({ minLength: 36, maxLength: 36 }), { nil: undefined }),
})

describe('SignalMessage', () => {
  test('is written as recorded', () => {
    const ciphertext = primitives.encryptAesCbc(
      fromHex(msgKeys.pq44.enc),
      fromHex(msgKeys.pq44.iv),
      new TextEncoder().encode('hello'),
    )
    const parts = {
      ratchetKey: parseCurveKey(fromHex(key)),
      counter: 5,
      previousCounter: 3,
      ciphertext,
      spqrMessage: fromHex(signalMessage.pq),
      addresses: undefined,
    }
    expect(toHex(serializeSignalMessage(primitives, parts, mac))).toBe(signalMessage.bytes)
  })

  test('is read as it was written, and its MAC holds for its parties alone', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const bytes = serializeSignalMessage(primitives, parts, mac)
        const read = parseSignalMessage(bytes)
        expect(read).toMatchObject({ ...parts, version: 4 })
        expect(hasValidMac(primitives, read, mac)).toBe(true)
        const turned = {
          ...mac,
          senderIdentity: mac.recipientIdentity,
          recipientIdentity: mac.senderIdentity,
        }
        expect(hasValidMac(primitives, read, turned)).toBe(false)
      }),
      { numRuns: 50 },
    )
  })

  test('with any bit turned is malformed or has no valid MAC', () => {
    for (let at = 0; at < recorded.length; at++) {
      for (let bit = 1; bit < 256; bit <<= 1) {
        const bytes = flipped(recorded, at, bit)
        const code = codeOf(() => {
          expect(hasValidMac(primitives, parseSignalMessage(bytes), mac)).toBe(false)
        })
        expect(['nothing', 'malformed', 'invalid-key', 'unsupported-version']).toContain(code)
      }
    }
  })

  test('cut short is malformed or has no valid MAC', () => {
    for (let length = 0; length < recorded.length; length++) {
      const code = codeOf(() => {
        const read = parseSignalMessage(recorded.subarray(0, length))
        expect(hasValidMac(primitives, read, mac)).toBe(false)
      })
      expect(['nothing', 'malformed', 'invalid-key', 'unsupported-version']).toContain(code)
    }
  })

  test('answers any bytes with a message or a SignalError', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.uint8Array({ maxLength: 80 }).map((tail) => Uint8Array.of(0x44, ...tail)),
    )
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          parseSignalMessage(input)
        } catch (error) {
          expect(error).toBeInstanceOf(SignalError)
        }
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['all that is required', minimal],
    ['an unknown field', `${minimal} 3a0161 4001`],
    ['fields in another order', `220161 1005 0a21${key}`],
    ['fields twice, of which the last counts', `1004 2200 ${minimal}`],
    ['a key with a tail', `0a22${key}00 1005 220161`],
    ['a counter of which the low 32 bits count', `0a21${key} 108580808010 220161`],
    ['an SPQR message of no bytes', `${minimal} 2a00`],
  ])('is read with %s', (_, fields) => {
    const read = parseSignalMessage(message(fields))
    expect(read).toMatchObject({
      ratchetKey: parseCurveKey(fromHex(key)),
      counter: 5,
      previousCounter: 0,
      ciphertext: Uint8Array.of(0x61),
      spqrMessage: new Uint8Array(),
      addresses: undefined,
    })
  })

  test.each([
    ['no ratchet key', '1005 220161', 'malformed'],
    ['no counter', `0a21${key} 220161`, 'malformed'],
    ['no ciphertext', `0a21${key} 1005`, 'malformed'],
    ['a counter of the wrong wire type', `0a21${key} 120105 220161`, 'malformed'],
    ['a field that breaks off', `${minimal} 2a05`, 'malformed'],
    ['a ratchet key of another type', `0a2106${key.slice(2)} 1005 220161`, 'invalid-key'],
    ['a ratchet key too short', `0a20${key.slice(0, 64)} 1005 220161`, 'invalid-key'],
    ['an empty ratchet key', `0a00 1005 220161`, 'invalid-key'],
  ])('is refused with %s', (_, fields, code) => {
    expect(codeOf(() => parseSignalMessage(message(fields)))).toBe(code)
  })

  test('is of version 4, or of 3, which has no session', () => {
    for (let high = 0; high < 16; high++) {
      for (const low of [0, 3, 4, 15]) {
        const read = () => parseSignalMessage(message(minimal, (high << 4) | low))
        if (high === 3 || high === 4) expect(read().version).toBe(high)
        else expect(codeOf(read)).toBe('unsupported-version')
      }
    }
  })

  test('needs nine bytes before anything else', () => {
    for (let length = 0; length < 9; length++) {
      expect(codeOf(() => parseSignalMessage(new Uint8Array(length)))).toBe('malformed')
    }
  })

  test('keeps no memory of a Buffer in its ratchet key', () => {
    const buffer = bufferOf(recorded)
    const read = parseSignalMessage(buffer)
    buffer.fill(0)
    expect(read.ratchetKey).toEqual(parseCurveKey(fromHex(key)))
  })

  test('is written into exactly its size for numbers of any length', () => {
    for (const counter of [0, 127, 128, 0xffffffff]) {
      const parts = { ...parseSignalMessage(recorded), counter, previousCounter: counter }
      const bytes = serializeSignalMessage(primitives, parts, mac)
      expect(parseSignalMessage(bytes)).toMatchObject({ counter, previousCounter: counter })
    }
  })
})
