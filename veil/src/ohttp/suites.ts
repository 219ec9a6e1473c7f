/**
 * @module The algorithms of our oblivious HTTP, as HPKE (RFC 9180 §7) names and combines them: X25519 and HKDF-SHA256
 * with either of two ciphers. The key schedule is the `hpke` package's. Curve, KDF and ChaCha20-Poly1305 are this
 * project's primitives behind its interfaces, which lets the caller hand the randomness in; AES-128-GCM, which our
 * primitives do not have, is the package's, by WebCrypto.
 */
import type { Primitives } from '@sotto/primitives'
import { type AEAD, AEAD_AES_128_GCM, CipherSuite } from 'hpke'
import { type CurveKey, dhkemX25519 } from '#ohttp/dhkem-x25519.ts'
import { hkdfSha256, kdfId } from '#ohttp/hkdf.ts'
import type { Randomness } from '#randomness.ts'

/** RFC 9180 §7.3. */
export const aes128Gcm = 0x0001
export const chaCha20Poly1305 = 0x0003

export type AeadId = typeof aes128Gcm | typeof chaCha20Poly1305

/** What we speak, the preferred one first. */
export const knownAeads: readonly AeadId[] = [chaCha20Poly1305, aes128Gcm]

/** A KDF and an AEAD by their numbers, known or not. */
export interface SymmetricSuite {
  readonly kdf: number
  readonly aead: number
}

export const knownSuites: readonly SymmetricSuite[] = knownAeads.map((aead) => ({
  kdf: kdfId,
  aead,
}))

/** Undefined for a suite that we do not speak. */
export function aeadOf({ kdf, aead }: SymmetricSuite): AeadId | undefined {
  return kdf === kdfId ? knownAeads.find((known) => known === aead) : undefined
}

export function hpkeSuite(
  primitives: Primitives,
  random: Randomness,
  aead: AeadId,
): CipherSuite<CurveKey> {
  return new CipherSuite(
    () => dhkemX25519(primitives, random),
    () => hkdfSha256(primitives),
    () => cipherOf(primitives, aead),
  )
}

export function cipherOf(primitives: Primitives, aead: AeadId): Readonly<AEAD> {
  return aead === aes128Gcm ? AEAD_AES_128_GCM() : chaChaOf(primitives)
}

function chaChaOf({ chaCha20Poly1305: cipher }: Primitives): Readonly<AEAD> {
  return {
    id: chaCha20Poly1305,
    type: 'AEAD',
    name: 'ChaCha20Poly1305',
    Nk: 32,
    Nn: 12,
    Nt: 16,
    Seal: async (key, nonce, associatedData, plaintext) =>
      cipher.seal(key, nonce, plaintext, associatedData),
    Open: async (key, nonce, associatedData, sealed) => {
      const plaintext = cipher.open(key, nonce, sealed, associatedData)
      if (plaintext === undefined) throw new RangeError('Cannot open: the tag does not fit')
      return plaintext
    },
  }
}
