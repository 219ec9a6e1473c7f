/**
 * @module ML-KEM by noble, and its split form: the second half is cut out of a whole encapsulation, the first is ours.
 */
import { sha3_256 } from '@noble/hashes/sha3.js'
import { ml_kem1024, ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { equalBytes } from '#constant-time.ts'
import { encapsulateFirst } from '#ml-kem/encapsulate-first.ts'
import { isReducedVector } from '#ml-kem/modulus-check.ts'
import {
  ciphertext1Bytes,
  headerBytes,
  type KemSizes,
  messageBytes,
  mlKem1024Sizes,
  mlKem768Sizes,
  seedBytes,
  vectorBytes,
} from '#ml-kem/sizes.ts'
import type { IncrementalKem, Kem } from '#provider.ts'
import { requireBytes } from '#sizes.ts'

export const mlKem1024: Kem = kem(ml_kem1024, mlKem1024Sizes)

const whole768 = kem(ml_kem768, mlKem768Sizes)

export const mlKem768: IncrementalKem = {
  ...whole768,
  encapsulateFirst,
  encapsulateSecond: (header, vector, message) => {
    requireBytes('header', header, headerBytes)
    requireBytes('message', message, messageBytes)
    if (vector.length !== vectorBytes) return undefined
    const publicKey = new Uint8Array(mlKem768Sizes.publicKey)
    publicKey.set(vector)
    publicKey.set(header.subarray(0, 32), vectorBytes)
    if (!equalBytes(sha3_256(publicKey), header.subarray(32))) return undefined
    return whole768.encapsulate(publicKey, message)?.ciphertext.slice(ciphertext1Bytes)
  },
}

function kem(library: typeof ml_kem768, sizes: KemSizes): Kem {
  return {
    keyPair: (seed) => {
      requireBytes('seed', seed, seedBytes)
      const { publicKey, secretKey } = library.keygen(seed)
      return { publicKey, secretKey }
    },
    encapsulate: (publicKey, message) => {
      requireBytes('message', message, messageBytes)
      if (publicKey.length !== sizes.publicKey) return undefined
      if (!isReducedVector(publicKey.subarray(0, -32))) return undefined
      const { cipherText, sharedSecret } = library.encapsulate(publicKey, message)
      // noble's secret is a view of what the randomness stood in.
      return { ciphertext: cipherText, sharedSecret: sharedSecret.slice() }
    },
    decapsulate: (secretKey, ciphertext) => {
      requireBytes('secret key', secretKey, sizes.secretKey)
      if (ciphertext.length !== sizes.ciphertext) return undefined
      const hash = sha3_256(secretKey.subarray(-sizes.publicKey - 64, -64))
      if (!equalBytes(hash, secretKey.subarray(-64, -32))) {
        throw new RangeError('Cannot decapsulate: secret key does not match its hash')
      }
      return library.decapsulate(ciphertext, secretKey).slice()
    },
  }
}
