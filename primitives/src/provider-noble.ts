/**
 * @module The provider in TypeScript alone: `@sotto/primitives/provider/noble`. It runs everywhere, is the oracle of
 * the faster ones, and is several times slower than they. Its curves calculate with JavaScript's integers, whose
 * arithmetic is not constant time.
 */
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { hkdf } from '@noble/hashes/hkdf.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { sha3_256, shake256 } from '@noble/hashes/sha3.js'
import { attempt } from '#attempt.ts'
import { blake2s } from '#blake2s.ts'
import { ciphers } from '#ciphers-noble.ts'
import { verifyEd25519 } from '#ed25519-noble.ts'
import { isStrict, signatureBytes } from '#ed25519.ts'
import { mlKem1024, mlKem768 } from '#ml-kem/ml-kem-noble.ts'
import { edwardsY, isLowOrder, montgomeryU } from '#montgomery.ts'
import type { Primitives } from '#provider.ts'
import { keyBytes, maxShakeBytes, requireBetween, requireBytes, requireHkdf } from '#sizes.ts'
import { signXeddsa } from '#xeddsa-sign.ts'
import { verifyXeddsa } from '#xeddsa.ts'

const { Point } = ed25519

export const noblePrimitives: Primitives = {
  name: 'noble',

  sha256: (...parts) => absorb(sha256.create(), parts).digest(),
  sha512: (...parts) => absorb(sha512.create(), parts).digest(),
  sha3_256: (...parts) => absorb(sha3_256.create(), parts).digest(),
  shake256: (length, ...parts) => {
    requireBetween('length', length, 0, maxShakeBytes)
    return absorb(shake256.create({ dkLen: length }), parts).digest()
  },
  blake2s,
  hmacSha256: (key, ...parts) => absorb(hmac.create(sha256, key), parts).digest(),
  hkdfSha256: (salt, inputKeyMaterial, info, length) => {
    requireHkdf(info, length)
    return hkdf(sha256, inputKeyMaterial, salt, info, length)
  },

  x25519PublicKey: (privateKey) => {
    requireBytes('private key', privateKey, keyBytes)
    return x25519.getPublicKey(privateKey)
  },
  x25519: (privateKey, publicKey) => {
    requireBytes('private key', privateKey, keyBytes)
    requireBytes('public key', publicKey, keyBytes)
    if (isLowOrder(publicKey)) return undefined
    return x25519.getSharedSecret(privateKey, publicKey)
  },
  isPrimeOrderX25519Key: (publicKey) => {
    const y = edwardsY(publicKey)
    return y !== undefined && decompress(y)?.isTorsionFree() === true
  },
  signXeddsa,
  verifyXeddsa: (publicKey, message, signature) =>
    verifyXeddsa(publicKey, message, signature, verifyEd25519),
  ed25519PublicKey: (seed) => {
    requireBytes('seed', seed, keyBytes)
    return ed25519.getPublicKey(seed)
  },
  signEd25519: (seed, message) => {
    requireBytes('seed', seed, keyBytes)
    return ed25519.sign(message, seed)
  },
  verifyEd25519,
  x25519PrivateKeyOfEd25519: (seed) => {
    requireBytes('seed', seed, keyBytes)
    // noble's is a view of the whole hash, whose other half is as secret.
    const half = ed25519.utils.toMontgomerySecret(seed)
    const privateKey = half.slice()
    new Uint8Array(half.buffer).fill(0)
    return privateKey
  },
  x25519PublicKeyOfEd25519: (publicKey) => {
    if (!isStrict(publicKey, unsigned)) return undefined
    return decompress(publicKey)?.isTorsionFree() === true ? montgomeryU(publicKey) : undefined
  },

  mlKem1024,
  mlKem768,

  ...ciphers,
}

/** Strict for a key alone: S = 0. */
const unsigned = new Uint8Array(signatureBytes)

function absorb<Hash extends { update(data: Uint8Array): unknown }>(
  hash: Hash,
  parts: readonly Uint8Array[],
): Hash {
  for (const part of parts) hash.update(part)
  return hash
}

function decompress(point: Uint8Array): InstanceType<typeof Point> | undefined {
  return attempt(() => Point.fromBytes(point))
}
