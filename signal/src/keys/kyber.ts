/**
 * @module Kyber-1024 of round 3, made from ML-KEM-1024 (FIPS 203): keys and ciphertexts are the same, the shared secret
 * is hashed once more together with the ciphertext: SHAKE256(K ‖ SHA3-256(ciphertext), 32). The value of an implicit
 * rejection passes through the same step.
 *
 * Round 3 hashes the random message before use; no peer can see that, and we leave it out.
 */
import { type Encapsulation, type KemKeyPair, type Primitives, wipe } from '@sotto/primitives'
import { kyberKeyBytes } from '#keys/serialized-key.ts'
import type { Randomness } from '#randomness.ts'

const seedBytes = 64
const messageBytes = 32
const secretBytes = 32

/** Draws 64 bytes. */
export function generateKyberKeyPair(primitives: Primitives, random: Randomness): KemKeyPair {
  return primitives.mlKem1024.keyPair(random(seedBytes))
}

/** Draws 32 bytes. Undefined when the key is none. */
export function encapsulateKyber(
  primitives: Primitives,
  publicKey: Uint8Array,
  random: Randomness,
): Encapsulation | undefined {
  if (publicKey.length !== kyberKeyBytes) return undefined
  const message = random(messageBytes)
  const encapsulation = primitives.mlKem1024.encapsulate(publicKey, message)
  if (encapsulation === undefined) return undefined
  const { ciphertext } = encapsulation
  return {
    ciphertext,
    sharedSecret: lastStep(primitives, encapsulation.sharedSecret, ciphertext),
  }
}

/** 32 bytes. Undefined when the ciphertext has the wrong length. */
export function decapsulateKyber(
  primitives: Primitives,
  secretKey: Uint8Array,
  ciphertext: Uint8Array,
): Uint8Array | undefined {
  const secret = primitives.mlKem1024.decapsulate(secretKey, ciphertext)
  return secret === undefined ? undefined : lastStep(primitives, secret, ciphertext)
}

function lastStep(primitives: Primitives, secret: Uint8Array, ciphertext: Uint8Array): Uint8Array {
  const result = primitives.shake256(secretBytes, secret, primitives.sha3_256(ciphertext))
  wipe(secret)
  return result
}
