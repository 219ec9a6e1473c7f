import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SignalError } from '#errors.ts'
import { serializeCurveKey, serializeKyber } from '#keys/serialized-key.ts'
import {
  parsePreKeySignalMessage,
  type PreKeySignalMessageParts,
  serializePreKeySignalMessage,
} from '#messages/pre-key-signal-message.ts'
import { parseSignalMessage } from '#messages/signal-message.ts'
import { codeOf, flipped, fromHex, toHex } from '#session/parties-for-tests.ts'
import { recordedConversations, signalVectors } from '#session/vectors-for-tests.ts'

const inner = fromHex(signalVectors().signalMessage.bytes)
const firstMessages = recordedConversations().flatMap(({ steps }) =>
  steps.flatMap((step) =>
    step.kind !== 'processBundle' && Number(step.type) === 3 ? [fromHex(step.bytes)] : [],
  ),
)

const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const id = fc.nat(0xffffffff)
const anyParts: fc.Arbitrary<PreKeySignalMessageParts> = fc.record({
  registrationId: id,
  oneTimePrekeyId: fc.option(id, { nil: undefined }),
  signedPrekeyId: id,
  kyber: fc.record({
    prekeyId: id,
    ciphertext: fc.nat(255).map((value) => new Uint8Array(1568).fill(value)),
  }),
  baseKey: key,
  identityKey: key,
  message: fc.constant(inner),
})

function tagged(tag: string, bytes: Uint8Array): string {
  const length =
    bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7]
  return tag + toHex(Uint8Array.from(length)) + toHex(bytes)
}

const curve = serializeCurveKey(new Uint8Array(32).fill(9))
const kyber = serializeKyber(new Uint8Array(1568).fill(7))
const fields = {
  base: tagged('12', curve),
  identity: tagged('1a', curve),
  message: tagged('22', inner),
  signed: '3016',
  kyberId: '3821',
  kyber: tagged('42', kyber),
}

function message(change: Partial<typeof fields>, versionByte = '44'): Uint8Array {
  return fromHex(versionByte + Object.values({ ...fields, ...change }).join(''))
}

describe('PreKeySignalMessage', () => {
  test('is written as libsignal wrote it', () => {
    expect(firstMessages.length).toBeGreaterThan(1)
    for (const bytes of firstMessages) {
      const read = parsePreKeySignalMessage(bytes)
      if (read.kyber === undefined) throw new Error('Cannot write: no Kyber part')
      const { authenticated, mac } = read.message
      const parts = {
        ...read,
        kyber: read.kyber,
        message: Uint8Array.of(...authenticated, ...mac),
      }
      expect(toHex(serializePreKeySignalMessage(parts))).toBe(toHex(bytes))
    }
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(anyParts, (parts) => {
        const read = parsePreKeySignalMessage(serializePreKeySignalMessage(parts))
        expect(read).toEqual({ ...parts, version: 4, message: parseSignalMessage(inner) })
      }),
      { numRuns: 50 },
    )
  })

  test.each([
    ['no base key', { base: '' }, 'malformed'],
    ['no identity key', { identity: '' }, 'malformed'],
    ['no message', { message: '' }, 'malformed'],
    ['no signed prekey', { signed: '' }, 'malformed'],
    ['no Kyber prekey', { kyberId: '' }, 'malformed'],
    ['no Kyber ciphertext', { kyber: '' }, 'malformed'],
    ['neither of both', { kyberId: '', kyber: '' }, 'malformed'],
    ['a wrong wire type', { signed: '320116' }, 'malformed'],
    ['a field that breaks off', { kyber: '42a10c08' }, 'malformed'],
    ['a message that is none', { message: '220144' }, 'malformed'],
    ['a message of another version', { message: `2209${'54'.repeat(9)}` }, 'unsupported-version'],
    ['a base key of another type', { base: tagged('12', flipped(curve, 0)) }, 'invalid-key'],
    ['an identity key too short', { identity: tagged('1a', curve.subarray(1)) }, 'invalid-key'],
    ['a ciphertext of another type', { kyber: tagged('42', flipped(kyber, 0, 2)) }, 'invalid-key'],
    ['a ciphertext too short', { kyber: tagged('42', kyber.subarray(0, 1568)) }, 'invalid-key'],
  ])('is refused with %s', (_, change, code) => {
    expect(codeOf(() => parsePreKeySignalMessage(message(change)))).toBe(code)
  })

  test('has no one-time prekey and registration id 0 when it says nothing of them', () => {
    expect(parsePreKeySignalMessage(message({}))).toMatchObject({
      registrationId: 0,
      oneTimePrekeyId: undefined,
      signedPrekeyId: 22,
      kyber: { prekeyId: 33 },
    })
  })

  test('is read with fields that nobody knows, and not from nothing', () => {
    const more = { base: `ba0103616263${fields.base}`, kyber: `${fields.kyber}4801` }
    expect(parsePreKeySignalMessage(message(more))).toEqual(parsePreKeySignalMessage(message({})))
    expect(codeOf(() => parsePreKeySignalMessage(new Uint8Array()))).toBe('malformed')
  })

  test('of version 3 can be read and lacks Kyber', () => {
    const old = message({ kyberId: '', kyber: '' }, '33')
    expect(parsePreKeySignalMessage(old)).toMatchObject({ version: 3, kyber: undefined })
    for (const half of [{ kyber: '' }, { kyberId: '' }]) {
      expect(codeOf(() => parsePreKeySignalMessage(message(half, '33')))).toBe('malformed')
    }
  })

  test.each(['24', '54', '04', 'f4'])('of version byte %s is refused', (versionByte) => {
    expect(codeOf(() => parsePreKeySignalMessage(message({}, versionByte)))).toBe(
      'unsupported-version',
    )
  })

  test('answers any bytes with a message or a SignalError', () => {
    const whole = message({})
    const attempt = (bytes: Uint8Array) => {
      try {
        parsePreKeySignalMessage(bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(SignalError)
      }
    }
    for (let length = 0; length < whole.length; length++) attempt(whole.subarray(0, length))
    for (let at = 0; at < whole.length; at++) {
      for (const bit of [1, 2, 4, 0x80, 0xff]) attempt(flipped(whole, at, bit))
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), attempt), { numRuns: 500 })
  })
})
