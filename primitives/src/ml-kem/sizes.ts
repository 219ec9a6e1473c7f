/**
 * @module The sizes of ML-KEM (FIPS 203, table 3), and of its split form, in bytes.
 */

export interface KemSizes {
  readonly publicKey: number
  readonly secretKey: number
  readonly ciphertext: number
}

export const mlKem768Sizes: KemSizes = { publicKey: 1184, secretKey: 2400, ciphertext: 1088 }
export const mlKem1024Sizes: KemSizes = { publicKey: 1568, secretKey: 3168, ciphertext: 1568 }

/** d ‖ z. */
export const seedBytes = 64
/** The 32 random bytes m of an encapsulation. */
export const messageBytes = 32
export const sharedSecretBytes = 32

/** ρ ‖ H(ek). */
export const headerBytes = 64
/** t̂. */
export const vectorBytes = 1152
export const ciphertext1Bytes = 960
export const ciphertext2Bytes = 128
