/**
 * @module ML-KEM on the kernel.
 */
import {
  ciphertext1Bytes,
  ciphertext2Bytes,
  headerBytes,
  type KemSizes,
  messageBytes,
  mlKem1024Sizes,
  mlKem768Sizes,
  seedBytes,
  sharedSecretBytes,
  vectorBytes,
} from '#ml-kem/sizes.ts'
import type { IncrementalKem, Kem } from '#provider.ts'
import { requireBytes } from '#sizes.ts'
import type { Kernel } from '#wasm/kernel.ts'

export function mlKem1024Of(kernel: Kernel): Kem {
  return kemOf(kernel, 4, mlKem1024Sizes)
}

export function mlKem768Of(kernel: Kernel): IncrementalKem {
  const { functions, memory, input, output } = kernel
  return {
    ...kemOf(kernel, 3, mlKem768Sizes),
    encapsulateFirst: (header, message) => {
      requireBytes('header', header, headerBytes)
      requireBytes('message', message, messageBytes)
      memory.set(header, input)
      memory.set(message, input + headerBytes)
      functions.encapsulateFirst()
      const sharedSecret = memory.slice(output, output + sharedSecretBytes)
      const from = output + sharedSecretBytes
      const ciphertext1 = memory.slice(from, from + ciphertext1Bytes)
      functions.wipeAll()
      return { ciphertext1, sharedSecret }
    },
    encapsulateSecond: (header, vector, message) => {
      requireBytes('header', header, headerBytes)
      requireBytes('message', message, messageBytes)
      if (vector.length !== vectorBytes) return undefined
      // t̂, ρ, m and H(ek).
      memory.set(vector, input)
      memory.set(header.subarray(0, 32), input + vectorBytes)
      memory.set(message, input + vectorBytes + 32)
      memory.set(header.subarray(32), input + vectorBytes + 64)
      const fits = functions.encapsulateSecond() !== 0
      const ciphertext2 = fits ? memory.slice(output, output + ciphertext2Bytes) : undefined
      functions.wipeAll()
      return ciphertext2
    },
  }
}

function kemOf(kernel: Kernel, rank: number, sizes: KemSizes): Kem {
  const { functions, memory, input, output } = kernel
  return {
    keyPair: (seed) => {
      requireBytes('seed', seed, seedBytes)
      memory.set(seed, input)
      functions.keyPair(rank)
      const secretKey = memory.slice(output, output + sizes.secretKey)
      const publicKeyAt = sizes.secretKey - 64 - sizes.publicKey
      const publicKey = secretKey.slice(publicKeyAt, publicKeyAt + sizes.publicKey)
      functions.wipeAll()
      return { publicKey, secretKey }
    },
    encapsulate: (publicKey, message) => {
      requireBytes('message', message, messageBytes)
      if (publicKey.length !== sizes.publicKey) return undefined
      memory.set(publicKey, input)
      memory.set(message, input + sizes.publicKey)
      const fits = functions.encapsulate(rank) !== 0
      const from = output + sharedSecretBytes
      const encapsulation = fits
        ? {
            sharedSecret: memory.slice(output, from),
            ciphertext: memory.slice(from, from + sizes.ciphertext),
          }
        : undefined
      functions.wipeAll()
      return encapsulation
    },
    decapsulate: (secretKey, ciphertext) => {
      requireBytes('secret key', secretKey, sizes.secretKey)
      if (ciphertext.length !== sizes.ciphertext) return undefined
      memory.set(secretKey, input)
      memory.set(ciphertext, input + sizes.secretKey)
      const fits = functions.decapsulate(rank) !== 0
      const sharedSecret = memory.slice(output, output + sharedSecretBytes)
      functions.wipeAll()
      if (!fits) throw new RangeError('Cannot decapsulate: secret key does not match its hash')
      return sharedSecret
    },
  }
}
