/**
 * @module Everything of `Primitives` that lives on Curve25519, on libsodium's group operations.
 */
import { boundedCache } from '#bounded-cache.ts'
import { wipe } from '#constant-time.ts'
import { cachedEdwardsY } from '#edwards-cache.ts'
import { isStrict, signatureBytes } from '#ed25519.ts'
import { edwardsY, montgomeryU } from '#montgomery.ts'
import { clamp, hashOnePrefix } from '#private-key.ts'
import type { Primitives } from '#provider.ts'
import { keyBytes, requireBytes } from '#sizes.ts'
import type { Sodium } from '#sodium.ts'
import { verifyXeddsa } from '#xeddsa.ts'

export type Curve25519 = Pick<
  Primitives,
  | 'sha512'
  | 'x25519PublicKey'
  | 'x25519'
  | 'isPrimeOrderX25519Key'
  | 'signXeddsa'
  | 'verifyXeddsa'
  | 'ed25519PublicKey'
  | 'signEd25519'
  | 'verifyEd25519'
  | 'x25519PrivateKeyOfEd25519'
  | 'x25519PublicKeyOfEd25519'
>

/** Signing keys whose Edwards point is remembered: one's own identity and sender keys. */
const maxSigningKeys = 100

export function curve25519Of(sodium: Sodium): Curve25519 {
  const toEdwards = cachedEdwardsY()
  const signingKeys = boundedCache<Uint8Array>(maxSigningKeys)

  const verifyEd25519: Curve25519['verifyEd25519'] = (publicKey, message, signature) =>
    isStrict(publicKey, signature) && sodium.verifyEd25519(publicKey, message, signature)

  return {
    sha512: (...parts) => sodium.sha512(parts),
    x25519PublicKey: (privateKey) => {
      requireBytes('private key', privateKey, keyBytes)
      return sodium.multiplyBase(privateKey)
    },
    x25519: (privateKey, publicKey) => {
      requireBytes('private key', privateKey, keyBytes)
      requireBytes('public key', publicKey, keyBytes)
      return sodium.multiply(privateKey, publicKey)
    },
    isPrimeOrderX25519Key: (publicKey) => {
      const y = edwardsY(publicKey)
      return y !== undefined && sodium.isPrimeOrder(y)
    },
    signXeddsa: (privateKey, message, random) => {
      requireBytes('private key', privateKey, keyBytes)
      requireBytes('random', random, signatureBytes)
      const k = clamp(privateKey)
      const wide = new Uint8Array(64)
      wide.set(k)
      // The public point is remembered under a one-way image of the private key.
      const image = sodium.sha512([imagePrefix, k])
      const key = signingKeys.get(image, () => sodium.multiplyEdwardsBase(k))
      const a = sodium.reduce(wide)
      const nonce = sodium.sha512([hashOnePrefix, k, message, random])
      const r = sodium.reduce(nonce)
      const commitment = sodium.multiplyEdwardsBase(r)
      const challenge = sodium.sha512([commitment, key, message])
      const h = sodium.reduce(challenge)

      const signature = new Uint8Array(signatureBytes)
      signature.set(commitment)
      signature.set(sodium.multiplyAdd(h, a, r), 32)
      signature[63] = (signature[63] as number) | ((key[31] as number) & 0x80)
      wipe(k, wide, image, a, nonce, r)
      return signature
    },
    verifyXeddsa: (publicKey, message, signature) =>
      verifyXeddsa(publicKey, message, signature, verifyEd25519, toEdwards),
    ed25519PublicKey: (seed) => {
      requireBytes('seed', seed, keyBytes)
      return sodium.ed25519PublicKey(seed)
    },
    signEd25519: (seed, message) => {
      requireBytes('seed', seed, keyBytes)
      return sodium.signEd25519(seed, message)
    },
    verifyEd25519,
    x25519PrivateKeyOfEd25519: (seed) => {
      requireBytes('seed', seed, keyBytes)
      const digest = sodium.sha512([seed])
      const privateKey = clamp(digest.subarray(0, keyBytes))
      wipe(digest)
      return privateKey
    },
    x25519PublicKeyOfEd25519: (publicKey) =>
      isStrict(publicKey, unsigned) && sodium.isPrimeOrder(publicKey)
        ? montgomeryU(publicKey)
        : undefined,
  }
}

/** Keeps the image apart from every other hash of a private key. */
const imagePrefix = Uint8Array.from('Sotto signing key cache', (letter) => letter.charCodeAt(0))
/** Strict for a key alone: S = 0. */
const unsigned = new Uint8Array(signatureBytes)
