/**
 * @module Polynomials of ML-KEM (FIPS 203 §4.3): 256 coefficients modulo q = 3329, eight to a vector of 16-bit lanes,
 * signed and not always least residues. The bound of each function's results is given as |f|.
 *
 * A product with a constant b is taken by Barrett's method: `a·b - q·round(a·b' / 2^15)` with `b' = round(b·2^15 / q)`,
 * where only the low 16 bits have to be calculated. For |a| < 2^15 and |b| ≤ q/2 it lies between -q and q. Two
 * unknowns are multiplied in 32 bits and reduced by Montgomery's method. No branch, no index and no division depends on
 * a coefficient.
 */
import { polynomialBytes, tables } from './layout'

export const modulus: i32 = 3329
/** modulus^-1 modulo 2^16, as a signed number. */
const inverseModulus: i32 = -3327

/** ζ^BitRev7(i), as i16, and its b'. */
const zetas: usize = tables
const zetaQuotients: usize = tables + 0x100
/** For layers whose blocks are shorter than a vector: ζ for each lane, then b'. Two vectors make one butterfly. */
const zetasOf4: usize = tables + 0x200
const zetasOf2: usize = tables + 0x400
const zetasBackOf4: usize = tables + 0x600
const zetasBackOf2: usize = tables + 0x800
/** 2^16 in even lanes and γ·2^16 in odd ones (FIPS 203 algorithm 12), then b'. */
const gammas: usize = tables + 0xa00

/** The representative between -q/2 and q/2. Only for public constants. */
function centred(value: i32): i32 {
  const rest = value % modulus
  const positive = rest < 0 ? rest + modulus : rest
  return positive > modulus / 2 ? positive - modulus : positive
}

/** b' of a centred constant. */
function quotientOf(b: i32): i32 {
  const twice = b * 65536 + (b < 0 ? -modulus : modulus)
  return twice / (2 * modulus)
}

function reversed(index: i32): i32 {
  let result = 0
  for (let bit = 0; bit < 7; bit++) result |= ((index >> bit) & 1) << (6 - bit)
  return result
}

function setConstant(values: usize, quotients: usize, index: i32, b: i32): void {
  store<i16>(values + ((<usize>index) << 1), <i16>b)
  store<i16>(quotients + ((<usize>index) << 1), <i16>quotientOf(b))
}

/** Works out the tables. To be called once, before anything else here. */
export function setUpPolynomials(): void {
  for (let i = 0; i < 128; i++) {
    let zeta = 1
    for (let n = reversed(i); n > 0; n--) zeta = centred(zeta * 17)
    setConstant(zetas, zetaQuotients, i, zeta)
  }
  // A pair of vectors holds two blocks of 8 coefficients, or four of 4.
  for (let pair = 0; pair < 16; pair++) {
    for (let lane = 0; lane < 8; lane++) {
      const at = 16 * pair + lane
      setConstant(zetasOf4, zetasOf4 + 16, at, zetaAt(32 + 2 * pair + (lane >> 2)))
      setConstant(zetasOf2, zetasOf2 + 16, at, zetaAt(64 + 4 * pair + (lane >> 1)))
      setConstant(zetasBackOf4, zetasBackOf4 + 16, at, zetaAt(63 - 2 * pair - (lane >> 2)))
      setConstant(zetasBackOf2, zetasBackOf2 + 16, at, zetaAt(127 - 4 * pair - (lane >> 1)))
    }
  }
  for (let vector = 0; vector < 32; vector++) {
    for (let lane = 0; lane < 8; lane++) {
      const couple = 4 * vector + (lane >> 1)
      const zeta = zetaAt(64 + (couple >> 1))
      const gamma = (couple & 1) === 0 ? zeta : -zeta
      const factor = (lane & 1) === 0 ? 1 : gamma
      setConstant(gammas, gammas + 16, 16 * vector + lane, centred(factor * centred(65536)))
    }
  }
}

function zetaAt(index: i32): i32 {
  return load<i16>(zetas + ((<usize>index) << 1))
}

/** a·b for a constant b. |f| < q. */
function times(a: v128, b: v128, quotient: v128): v128 {
  const multiple = i16x8.mul(i16x8.q15mulr_sat_s(a, quotient), i16x8.splat(<i16>modulus))
  return i16x8.sub(i16x8.mul(a, b), multiple)
}

/** The same residue, |f| < 0.66 q: 10 is round(2^15 / q). */
function reduced(a: v128): v128 {
  const quotient = i16x8.q15mulr_sat_s(a, i16x8.splat(10))
  return i16x8.sub(a, i16x8.mul(quotient, i16x8.splat(<i16>modulus)))
}

/** Algorithm 9, in place. Takes |f| ≤ q, gives |f| < 0.66 q. */
export function transform(f: usize): void {
  let k: usize = 1
  for (let length: usize = 256; length >= 16; length >>= 1) {
    for (let start = f; start < f + polynomialBytes; start += length * 2) {
      const zeta = v128.load16_splat(zetas + (k << 1))
      const quotient = v128.load16_splat(zetaQuotients + (k << 1))
      k++
      for (let at = start; at < start + length; at += 16) {
        const low = v128.load(at)
        const t = times(v128.load(at + length), zeta, quotient)
        v128.store(at + length, i16x8.sub(low, t))
        v128.store(at, i16x8.add(low, t))
      }
    }
  }
  for (let i: usize = 0; i < polynomialBytes; i += 32) {
    // Blocks of 8: their lower and upper halves.
    const first = v128.load(f + i)
    const second = v128.load(f + i, 16)
    let low = i64x2.shuffle(first, second, 0, 2)
    let high = i64x2.shuffle(first, second, 1, 3)
    let t = times(high, v128.load(zetasOf4 + i), v128.load(zetasOf4 + i, 16))
    const upper = i16x8.sub(low, t)
    const lower = i16x8.add(low, t)
    // Blocks of 4.
    low = i32x4.shuffle(lower, upper, 0, 4, 2, 6)
    high = i32x4.shuffle(lower, upper, 1, 5, 3, 7)
    t = times(high, v128.load(zetasOf2 + i), v128.load(zetasOf2 + i, 16))
    high = reduced(i16x8.sub(low, t))
    low = reduced(i16x8.add(low, t))
    v128.store(f + i, i32x4.shuffle(low, high, 0, 4, 1, 5))
    v128.store(f + i, i32x4.shuffle(low, high, 2, 6, 3, 7), 16)
  }
}

/** Algorithm 10, in place. Takes |f| < q, gives |f| < q. */
export function transformBack(f: usize): void {
  for (let i: usize = 0; i < polynomialBytes; i += 32) {
    // Blocks of 4.
    const first = v128.load(f + i)
    const second = v128.load(f + i, 16)
    let low = i32x4.shuffle(first, second, 0, 2, 4, 6)
    let high = i32x4.shuffle(first, second, 1, 3, 5, 7)
    let difference = i16x8.sub(high, low)
    low = reduced(i16x8.add(low, high))
    high = times(difference, v128.load(zetasBackOf2 + i), v128.load(zetasBackOf2 + i, 16))
    // Blocks of 8: the pieces lie as A0 B0 C0 D0 and A1 B1 C1 D1, lower halves are A and C.
    const lower = i32x4.shuffle(low, high, 0, 4, 2, 6)
    const upper = i32x4.shuffle(low, high, 1, 5, 3, 7)
    difference = i16x8.sub(upper, lower)
    low = reduced(i16x8.add(lower, upper))
    high = times(difference, v128.load(zetasBackOf4 + i), v128.load(zetasBackOf4 + i, 16))
    v128.store(f + i, i64x2.shuffle(low, high, 0, 2))
    v128.store(f + i, i64x2.shuffle(low, high, 1, 3), 16)
  }
  let k: usize = 31
  for (let length: usize = 16; length <= 256; length <<= 1) {
    for (let start = f; start < f + polynomialBytes; start += length * 2) {
      const zeta = v128.load16_splat(zetas + (k << 1))
      const quotient = v128.load16_splat(zetaQuotients + (k << 1))
      k--
      for (let at = start; at < start + length; at += 16) {
        const low = v128.load(at)
        const high = v128.load(at + length)
        v128.store(at, reduced(i16x8.add(low, high)))
        v128.store(at + length, times(i16x8.sub(high, low), zeta, quotient))
      }
    }
  }
  // 128^-1 is 3303, that is -26.
  const scale = i16x8.splat(-26)
  const quotient = i16x8.splat(<i16>quotientOf(-26))
  for (let at = f; at < f + polynomialBytes; at += 16) {
    v128.store(at, times(v128.load(at), scale, quotient))
  }
}

/** Lays (b0, γ·b1) and (b1, b0) of each couple of `f`, times 2^16, for `multiplyRow`. |f| < q. */
export function prepare(target: usize, f: usize): void {
  const factor = centred(65536)
  const unit = i16x8.splat(<i16>factor)
  const quotient = i16x8.splat(<i16>quotientOf(factor))
  for (let i: usize = 0; i < polynomialBytes; i += 16) {
    const b = v128.load(f + i)
    const table = gammas + i * 2
    v128.store(target + i, times(b, v128.load(table), v128.load(table, 16)))
    const swapped = i16x8.shuffle(b, b, 1, 0, 3, 2, 5, 4, 7, 6)
    v128.store(target + polynomialBytes + i, times(swapped, unit, quotient))
  }
}

/**
 * The sum of the products of `rank` polynomials at `row`, with 0 ≤ coefficient < 2^12, and as many prepared ones
 * (algorithm 11). At most 4 · 2 · 2^12 · q is added up, less than 2^27. |f| < q.
 */
export function multiplyRow(target: usize, row: usize, factors: usize, rank: usize): void {
  for (let i: usize = 0; i < polynomialBytes; i += 16) {
    let even = i32x4.splat(0)
    let odd = i32x4.splat(0)
    for (let j: usize = 0; j < rank; j++) {
      const a = v128.load(row + polynomialBytes * j + i)
      const b = factors + polynomialBytes * 2 * j + i
      even = i32x4.add(even, i32x4.dot_i16x8_s(a, v128.load(b)))
      odd = i32x4.add(odd, i32x4.dot_i16x8_s(a, v128.load(b, 0x200)))
    }
    const lowHalf = v128.and(divided(even), i32x4.splat(0xffff))
    v128.store(target + i, v128.or(lowHalf, i32x4.shl(divided(odd), 16)))
  }
}

/** Montgomery's reduction: a·2^-16. */
function divided(a: v128): v128 {
  const product = i32x4.mul(a, i32x4.splat(inverseModulus))
  const quotient = i32x4.shr_s(i32x4.shl(product, 16), 16)
  return i32x4.shr_s(i32x4.sub(a, i32x4.mul(quotient, i32x4.splat(modulus))), 16)
}

/** Adds `other` to `f`. */
export function add(f: usize, other: usize): void {
  for (let i: usize = 0; i < polynomialBytes; i += 16) {
    v128.store(f + i, i16x8.add(v128.load(f + i), v128.load(other + i)))
  }
}

/** `other` less `f`, in the place of `f`. */
export function subtractFrom(f: usize, other: usize): void {
  for (let i: usize = 0; i < polynomialBytes; i += 16) {
    v128.store(f + i, i16x8.sub(v128.load(other + i), v128.load(f + i)))
  }
}

/** Least residues: 0 ≤ coefficient < q. */
export function normalise(f: usize): void {
  for (let i: usize = 0; i < polynomialBytes; i += 16) {
    const a = reduced(v128.load(f + i))
    const correction = v128.and(i16x8.shr_s(a, 15), i16x8.splat(<i16>modulus))
    v128.store(f + i, i16x8.add(a, correction))
  }
}
