/**
 * @module The first half of an ML-KEM-768 encapsulation, which libraries do not offer: what of FIPS 203 algorithms 14
 * and 17 needs the seed of the matrix and the hash of the key only (signal.org, "The ML-KEM Braid").
 *
 * | header | |
 * |---|---|
 * | 0 – 31 | ρ, the seed of the matrix |
 * | 32 – 63 | SHA3-256 of the encapsulation key, t̂ ‖ ρ |
 *
 * The second half is the end of a whole encapsulation with the same message.
 */
import { sha3_512, shake256 } from '@noble/hashes/sha3.js'
import { wipe } from '#constant-time.ts'
import {
  accumulate,
  degree,
  encode10,
  reduce,
  sampleMatrixEntry,
  sampleNoise,
  transform,
  transformBack,
} from '#ml-kem/polynomial.ts'
import { headerBytes, messageBytes } from '#ml-kem/sizes.ts'
import { requireBytes } from '#sizes.ts'

const rank = 3

export function encapsulateFirst(
  header: Uint8Array,
  message: Uint8Array,
): { readonly ciphertext1: Uint8Array; readonly sharedSecret: Uint8Array } {
  requireBytes('header', header, headerBytes)
  requireBytes('message', message, messageBytes)
  const rho = header.subarray(0, 32)

  // Algorithm 17: (K, r) = G(m ‖ H(ek)).
  const digest = sha3_512.create().update(message).update(header.subarray(32)).digest()
  const sharedSecret = digest.slice(0, 32)
  const r = digest.slice(32)

  // Algorithm 14, steps 9–13 and 18–19.
  const y = [0, 1, 2].map((i) => noise(r, i))
  for (const f of y) transform(f)
  const ciphertext1 = new Uint8Array(rank * 320)
  for (let i = 0; i < rank; i++) {
    const u = new Int16Array(degree)
    y.forEach((f, j) => accumulate(u, sampleMatrixEntry(rho, i, j), f))
    transformBack(u)
    const error = noise(r, rank + i)
    for (let n = 0; n < degree; n++) u[n] = reduce((u[n] as number) + (error[n] as number))
    encode10(u, ciphertext1.subarray(320 * i, 320 * (i + 1)))
    error.fill(0)
    u.fill(0)
  }

  for (const f of y) f.fill(0)
  wipe(digest, r)
  return { ciphertext1, sharedSecret }
}

/** PRF and CBD (§4.1, algorithm 8) with η = 2. */
function noise(r: Uint8Array, nonce: number): Int16Array {
  const bytes = shake256.create({ dkLen: 128 }).update(r).update(Uint8Array.of(nonce)).digest()
  const f = sampleNoise(bytes)
  wipe(bytes)
  return f
}
