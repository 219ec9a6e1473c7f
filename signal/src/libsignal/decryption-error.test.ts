import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { serializeCurveKey } from '#keys/serialized-key.ts'
import { libsignal, presence } from '#libsignal/oracle-for-tests.ts'
import { copy } from '#libsignal/oracle-stores-for-tests.ts'
import {
  decryptionErrorFor,
  parseDecryptionErrorMessage,
  writeDecryptionErrorMessage,
  type DecryptionErrorMessage,
} from '#messages/decryption-error-message.ts'
import { parsePlaintextContent, writePlaintextContent } from '#messages/plaintext-content.ts'
import { codeOf, testPair } from '#session/parties-for-tests.ts'

const oracle = libsignal as NonNullable<typeof libsignal>
const types = { prekey: 3, whisper: 2, 'sender-key': 7 } as const

/** As far as both can read it. */
function there(bytes: Uint8Array): DecryptionErrorMessage | undefined {
  try {
    const message = oracle.DecryptionErrorMessage.deserialize(copy(bytes))
    return {
      ratchetKey: message.ratchetKey()?.getPublicKeyBytes(),
      timestampMillis: message.timestamp(),
      deviceId: message.deviceId(),
    }
  } catch (error) {
    // A time beyond 2^53 is no number to libsignal's binding, though the message is well-formed.
    if (error instanceof RangeError) throw error
    return undefined
  }
}

function here(bytes: Uint8Array): DecryptionErrorMessage | undefined {
  let message: DecryptionErrorMessage | undefined
  codeOf(() => {
    message = parseDecryptionErrorMessage(bytes)
  })
  return message
}

describe.skipIf(libsignal === undefined)(
  `decryption error messages as libsignal has them${presence}`,
  () => {
    test('are the same bytes for the same failed message, and so is their content', () => {
      const [alice, bob] = testPair()
      alice.start(bob.device)
      const prekey = alice.send('first')
      bob.receive(prekey)
      alice.receive(bob.send('answer'))
      const failed = [
        prekey,
        alice.send('second'),
        { type: 'sender-key', bytes: new Uint8Array(70).fill(0x33) } as const,
      ]
      const time = fc.maxSafeNat()
      const device = fc.nat(0xffff_ffff)
      fc.assert(
        fc.property(fc.constantFrom(...failed), time, device, (original, at, deviceId) => {
          const message = decryptionErrorFor(original, at, deviceId)
          const expected = oracle.DecryptionErrorMessage.forOriginal(
            copy(original.bytes),
            types[original.type],
            at,
            deviceId,
          )
          expect(writeDecryptionErrorMessage(message)).toEqual(expected.serialize())
          const content = oracle.PlaintextContent.from(expected)
          expect(writePlaintextContent(message)).toEqual(content.serialize())
          expect(parsePlaintextContent(content.serialize())).toEqual(message)
          const extracted = oracle.DecryptionErrorMessage.extractFromSerializedBody(
            oracle.PlaintextContent.deserialize(copy(writePlaintextContent(message))).body(),
          )
          expect(extracted.timestamp()).toBe(at)
        }),
        { numRuns: 30 },
      )
    })

    test('are read alike, changed in any bit and cut anywhere', () => {
      const key = oracle.PrivateKey.generate().getPublicKey().serialize()
      const bytes = writeDecryptionErrorMessage({
        ratchetKey: key.subarray(1),
        timestampMillis: 1_790_000_000_000,
        deviceId: 127,
      })
      expect(serializeCurveKey(key.subarray(1))).toEqual(key)
      for (let i = 0; i <= bytes.length; i++) {
        expect(here(bytes.subarray(0, i))).toEqual(there(bytes.subarray(0, i)))
        for (let bit = 1; bit < 256 && i < bytes.length; bit *= 2) {
          const changed = Uint8Array.from(bytes)
          changed[i] = (changed[i] as number) ^ bit
          expect(here(changed)).toEqual(there(changed))
        }
      }
    })
  },
)
