/**
 * @module The check of an encapsulation key (FIPS 203 §7.2): every coefficient of t̂ is a least residue.
 */
import { modulus } from '#ml-kem/polynomial.ts'

/** Whether all numbers of 12 bits in a public vector are below the modulus. */
export function isReducedVector(vector: Uint8Array): boolean {
  for (let i = 0; i < vector.length; i += 3) {
    const middle = vector[i + 1] as number
    if (((vector[i] as number) | ((middle & 0x0f) << 8)) >= modulus) return false
    if (((middle >> 4) | ((vector[i + 2] as number) << 4)) >= modulus) return false
  }
  return true
}
