/**
 * @module Polynomials of ML-KEM (FIPS 203 §4.2–4.3) in TypeScript: 256 coefficients modulo 3329, as 16-bit integers.
 *
 * There is no division and no branch on a coefficient that may be secret: products are reduced by Montgomery's method
 * with R = 2^16, so a product carries a factor 2^-16 until it is multiplied by a table's entry or transformed back.
 */
import { shake128 } from '@noble/hashes/sha3.js'

export const degree = 256
export const modulus = 3329

/** modulus^-1 modulo 2^16, as a signed number. */
const inverseModulus = -3327
/** 128^-1 · 2^32 modulo the modulus: ends the inverse transform. */
const endOfInverse = 1441

/** ζ^BitRev7(i) · 2^16, between -modulus/2 and modulus/2; ζ = 17 (appendix A). */
const zetas: Int16Array = Int16Array.from({ length: 128 }, (_, i) => {
  let value = 2 ** 16 % modulus
  for (let n = 0; n < reversed(i); n++) value = (value * 17) % modulus
  return value > modulus >> 1 ? value - modulus : value
})

function reversed(index: number): number {
  let result = 0
  for (let bit = 0; bit < 7; bit++) result |= ((index >> bit) & 1) << (6 - bit)
  return result
}

/** a · b · 2^-16, between -modulus and modulus, for |a · b| < modulus · 2^15. */
export function multiply(a: number, b: number): number {
  const product = Math.imul(a, b)
  const quotient = (Math.imul(product, inverseModulus) << 16) >> 16
  return (product - Math.imul(quotient, modulus)) >> 16
}

/** The least non-negative residue of an integer of 16 bits. */
export function reduce(a: number): number {
  const rest = a - Math.imul((Math.imul(a, 20159) + (1 << 25)) >> 26, modulus)
  return rest + ((rest >> 31) & modulus)
}

/** Algorithm 9, in place. Coefficients below the modulus come out below it, never negative. */
export function transform(f: Int16Array): void {
  let k = 1
  for (let length = 128; length >= 2; length >>= 1) {
    for (let start = 0; start < degree; start += 2 * length) {
      const zeta = zetas[k++] as number
      for (let j = start; j < start + length; j++) {
        const t = multiply(zeta, f[j + length] as number)
        f[j + length] = (f[j] as number) - t
        f[j] = (f[j] as number) + t
      }
    }
  }
  for (let j = 0; j < degree; j++) f[j] = reduce(f[j] as number)
}

/** Algorithm 10, in place, and takes away the 2^-16 that `accumulate` leaves. Between -modulus and modulus. */
export function transformBack(f: Int16Array): void {
  let k = 127
  for (let length = 2; length <= 128; length <<= 1) {
    for (let start = 0; start < degree; start += 2 * length) {
      const zeta = zetas[k--] as number
      for (let j = start; j < start + length; j++) {
        const t = f[j] as number
        const other = f[j + length] as number
        f[j] = reduce(t + other)
        f[j + length] = multiply(zeta, other - t)
      }
    }
  }
  for (let j = 0; j < degree; j++) f[j] = multiply(f[j] as number, endOfInverse)
}

/** Algorithms 11 and 12, added to `sum`, times 2^-16. */
export function accumulate(sum: Int16Array, a: Int16Array, b: Int16Array): void {
  for (let i = 0; i < degree; i += 2) {
    const [a0, a1] = [a[i] as number, a[i + 1] as number]
    const [b0, b1] = [b[i] as number, b[i + 1] as number]
    const zeta = zetas[64 + (i >> 2)] as number
    const gamma = (i & 2) === 0 ? zeta : -zeta
    sum[i] = reduce((sum[i] as number) + multiply(multiply(a1, b1), gamma) + multiply(a0, b0))
    sum[i + 1] = reduce((sum[i + 1] as number) + multiply(a0, b1) + multiply(a1, b0))
  }
}

/** Algorithm 7. The matrix is public, so this may branch on it. */
export function sampleMatrixEntry(rho: Uint8Array, first: number, second: number): Int16Array {
  const stream = shake128.create({}).update(rho).update(Uint8Array.of(first, second))
  const f = new Int16Array(degree)
  for (let j = 0; j < degree;) {
    const block = stream.xof(168)
    for (let i = 0; i < block.length && j < degree; i += 3) {
      const [b0, b1, b2] = [block[i] as number, block[i + 1] as number, block[i + 2] as number]
      const d1 = b0 | ((b1 & 0x0f) << 8)
      const d2 = (b1 >> 4) | (b2 << 4)
      if (d1 < modulus) f[j++] = d1
      if (d2 < modulus && j < degree) f[j++] = d2
    }
  }
  return f
}

/** Algorithm 8 with η = 2, of 128 bytes: each coefficient takes four bits. Between -2 and 2. */
export function sampleNoise(bytes: Uint8Array): Int16Array {
  const f = new Int16Array(degree)
  for (let i = 0; i < degree; i++) {
    const bits = (bytes[i >> 1] as number) >> (4 * (i & 1))
    f[i] = (bits & 1) + ((bits >> 1) & 1) - ((bits >> 2) & 1) - ((bits >> 3) & 1)
  }
  return f
}

/** Compress_10 and ByteEncode_10 (§4.2.1): 320 bytes of coefficients that are least residues. */
export function encode10(f: Int16Array, target: Uint8Array): void {
  for (let i = 0, at = 0; i < degree; i += 4, at += 5) {
    const a = compress10(f[i] as number)
    const b = compress10(f[i + 1] as number)
    const c = compress10(f[i + 2] as number)
    const d = compress10(f[i + 3] as number)
    target[at] = a
    target[at + 1] = (a >> 8) | (b << 2)
    target[at + 2] = (b >> 6) | (c << 4)
    target[at + 3] = (c >> 4) | (d << 6)
    target[at + 4] = d >> 2
  }
}

/**
 * round(2^10 · x / modulus) modulo 2^10, by a product instead of a division: exact for every x below the modulus, since
 * with the half no quotient is a whole number.
 */
function compress10(x: number): number {
  return Math.floor(((x << 10) + modulus / 2) * (1 / modulus)) & 0x3ff
}
