/**
 * @module The chain of a sender key: one chain key a message, each from the one before, and from each the keys of its
 * message.
 *
 *     seed       = HMAC(chain key, 0x01)
 *     next chain = HMAC(chain key, 0x02)
 *     iv (16) ‖ cipher key (32) = HKDF(no salt, seed, "WhisperGroup", 48)
 */
import { wipe, type Primitives } from '@sotto/primitives'
import { ascii } from '#labels.ts'

const seedInput = Uint8Array.of(0x01)
const nextInput = Uint8Array.of(0x02)
const ivBytes = 16
const cipherKeyBytes = 32
const label = ascii('WhisperGroup')

export function messageSeed(primitives: Primitives, chainKey: Uint8Array): Uint8Array {
  return primitives.hmacSha256(chainKey, seedInput)
}

export function nextChainKey(primitives: Primitives, chainKey: Uint8Array): Uint8Array {
  return primitives.hmacSha256(chainKey, nextInput)
}

export function encryptWithSeed(
  primitives: Primitives,
  seed: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const keys = primitives.hkdfSha256(undefined, seed, label, ivBytes + cipherKeyBytes)
  const ciphertext = primitives.encryptAesCbc(
    keys.subarray(ivBytes),
    keys.subarray(0, ivBytes),
    plaintext,
  )
  wipe(keys)
  return ciphertext
}

/** Undefined when the ciphertext is not whole blocks with padding. */
export function decryptWithSeed(
  primitives: Primitives,
  seed: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const keys = primitives.hkdfSha256(undefined, seed, label, ivBytes + cipherKeyBytes)
  const plaintext = primitives.decryptAesCbc(
    keys.subarray(ivBytes),
    keys.subarray(0, ivBytes),
    ciphertext,
  )
  wipe(keys)
  return plaintext
}
