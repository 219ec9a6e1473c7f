import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decryptionErrorFor,
  isForCurrentSession,
  parseDecryptionErrorMessage,
  writeDecryptionErrorMessage,
} from '#messages/decryption-error-message.ts'
import { parsePlaintextContent, writePlaintextContent } from '#messages/plaintext-content.ts'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import { codeOf, flipped, fromHex, testPair, toHex } from '#session/parties-for-tests.ts'

const ratchetHex = '07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c'
const recordedHex = `0a2105${ratchetHex}10cb89ec8ff7231807`
const recorded = {
  ratchetKey: fromHex(ratchetHex),
  timestampMillis: 1_234_567_890_123,
  deviceId: 7,
}
const anyMessage = fc.record({
  ratchetKey: fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }), { nil: undefined }),
  timestampMillis: fc.maxSafeNat(),
  deviceId: fc.nat(0xffff_ffff),
})
const codes = ['nothing', 'malformed', 'invalid-key', 'unsupported-version']

describe('a decryption error message', () => {
  test('has the recorded bytes', () => {
    expect(toHex(writeDecryptionErrorMessage(recorded))).toBe(recordedHex)
    expect(parseDecryptionErrorMessage(fromHex(recordedHex))).toEqual(recorded)
  })

  test('is read as it was written', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(parseDecryptionErrorMessage(writeDecryptionErrorMessage(message))).toEqual(message)
        expect(parsePlaintextContent(writePlaintextContent(message))).toEqual(message)
      }),
    )
  })

  test('needs only its time', () => {
    expect(parseDecryptionErrorMessage(fromHex('1005'))).toEqual({
      ratchetKey: undefined,
      timestampMillis: 5,
      deviceId: 0,
    })
    expect(codeOf(() => parseDecryptionErrorMessage(fromHex('1807')))).toBe('malformed')
    expect(codeOf(() => parseDecryptionErrorMessage(fromHex('0a0205011005')))).toBe('invalid-key')
    expect(codeOf(() => parseDecryptionErrorMessage(fromHex('1105')))).toBe('malformed')
  })

  test('is read with fields that nobody knows', () => {
    const unknown = 'ba0103616263'
    const bytes = fromHex(`${unknown}${recordedHex}${unknown}`)
    expect(parseDecryptionErrorMessage(bytes)).toEqual(recorded)
  })

  test('names the ratchet key of the message that failed', () => {
    const [alice, bob] = testPair()
    alice.start(bob.device)
    const prekey = alice.send('first')
    bob.receive(prekey)
    alice.receive(bob.send('answer'))
    const whisper = alice.send('second')
    expect(whisper.type).toBe('whisper')

    const forPrekey = decryptionErrorFor(prekey, 5, 1)
    const forWhisper = decryptionErrorFor(whisper, 6, 2)
    expect(forWhisper).toMatchObject({ timestampMillis: 6, deviceId: 2 })
    const current = alice.record?.current?.sender.ratchet.publicKey
    expect(forWhisper.ratchetKey).toEqual(current)
    expect(isForCurrentSession(forWhisper, current)).toBe(true)
    expect(isForCurrentSession(forPrekey, current)).toBe(false)
    const inner = parsePreKeySignalMessage(prekey.bytes).message
    expect(forPrekey.ratchetKey).toEqual(inner.ratchetKey)
    expect(isForCurrentSession(forWhisper, undefined)).toBe(false)
  })

  test('names no ratchet key for a group message, whose session is none', () => {
    const message = decryptionErrorFor({ type: 'sender-key', bytes: fromHex('33') }, 0, 0)
    expect(toHex(writeDecryptionErrorMessage(message))).toBe('10001800')
    expect(isForCurrentSession(message, fromHex(ratchetHex))).toBe(false)
  })

  test('is not made for plaintext content', () => {
    const failed = { type: 'plaintext', bytes: fromHex('c080') } as const
    expect(codeOf(() => decryptionErrorFor(failed, 1, 2))).toBe('invalid-argument')
    const garbage = { type: 'whisper', bytes: fromHex('44') } as const
    expect(codeOf(() => decryptionErrorFor(garbage, 1, 2))).toBe('malformed')
  })
})

describe('plaintext content', () => {
  const contentHex = `c0422c${recordedHex}80`

  test('has the recorded bytes', () => {
    expect(toHex(writePlaintextContent(recorded))).toBe(contentHex)
    expect(parsePlaintextContent(fromHex(contentHex))).toEqual(recorded)
    const more = `c00a0161${contentHex.slice(2, -2)}ba010361626380`
    expect(parsePlaintextContent(fromHex(more))).toEqual(recorded)
  })

  test.each([
    ['malformed', 'nothing', ''],
    ['malformed', 'nothing behind its first byte', 'c0'],
    ['malformed', 'no decryption error', 'c080'],
    ['malformed', 'another content', 'c00a0080'],
    ['malformed', 'a decryption error in the place of another content', 'c00a02100580'],
    ['malformed', 'no padding', 'c042021005'],
    ['malformed', 'another padding', 'c04202100500'],
    ['malformed', 'a longer padding', 'c0420210058000'],
    ['malformed', 'a decryption error without its time', 'c042020a0080'],
    ['unsupported-version', 'another first byte', 'c14202100580'],
  ])('is refused as %s with %s', (code, _, hex) => {
    expect(codeOf(() => parsePlaintextContent(fromHex(hex)))).toBe(code)
  })

  test('is refused with nothing but errors of its own', () => {
    const bytes = fromHex(contentHex)
    for (let i = 0; i < bytes.length; i++) {
      expect(codeOf(() => parsePlaintextContent(bytes.subarray(0, i)))).not.toBe('nothing')
      for (const bit of [1, 0x80]) {
        expect(codes).toContain(codeOf(() => parsePlaintextContent(flipped(bytes, i, bit))))
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (random) => {
        expect(codes).toContain(codeOf(() => parseDecryptionErrorMessage(random)))
        const content = Uint8Array.from([0xc0, ...random, 0x80])
        expect(codes).toContain(codeOf(() => parsePlaintextContent(content)))
      }),
    )
  })
})
