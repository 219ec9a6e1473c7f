/**
 * @module Polynomials as bytes: ByteEncode and ByteDecode (FIPS 203 §4.2.1) with compression, sampling (§4.2.2).
 */
import { keccakState, polynomialBytes } from './layout'
import { permute } from './keccak'
import { modulus } from './polynomial'

const degree: usize = 256

/** ByteEncode_12 of least residues: 384 bytes. */
export function encode12(target: usize, f: usize): void {
  for (let i: usize = 0; i < degree; i += 2) {
    const couple = coefficient(f, i) | (coefficient(f, i + 1) << 12)
    store<u16>(target, <u16>couple)
    store<u8>(target, <u8>(couple >> 16), 2)
    target += 3
  }
}

/** ByteDecode_12. Whether all numbers are below q: only a peer's public key may have others. */
export function decode12(f: usize, source: usize): bool {
  let tooLarge: i32 = 0
  for (let i: usize = 0; i < degree; i += 2) {
    const couple = (<i32>load<u16>(source)) | ((<i32>load<u8>(source, 2)) << 16)
    const first = couple & 0xfff
    const second = couple >> 12
    tooLarge |= (modulus - 1 - first) | (modulus - 1 - second)
    store<i16>(f + (i << 1), <i16>first)
    store<i16>(f + (i << 1), <i16>second, 2)
    source += 3
  }
  return tooLarge >= 0
}

/**
 * Compress_d and ByteEncode_d of least residues: 32·d bytes. A product stands for the division by q:
 * 20642679 = ceil(2^36 / q) is exact for all dividends below 2^24.
 */
export function compress(target: usize, f: usize, bits: u64): void {
  let buffer: u64 = 0
  let held: u64 = 0
  for (let i: usize = 0; i < degree; i++) {
    const dividend = ((<u64>coefficient(f, i)) << bits) + 1664
    const quotient = ((dividend * 20642679) >> 36) & (((<u64>1) << bits) - 1)
    buffer |= quotient << held
    held += bits
    while (held >= 8) {
      store<u8>(target, <u8>buffer)
      target++
      buffer >>= 8
      held -= 8
    }
  }
}

/** ByteDecode_d and Decompress_d. */
export function decompress(f: usize, source: usize, bits: u32): void {
  let buffer: u32 = 0
  let held: u32 = 0
  const half: u32 = 1 << (bits - 1)
  for (let i: usize = 0; i < degree; i++) {
    while (held < bits) {
      buffer |= (<u32>load<u8>(source)) << held
      source++
      held += 8
    }
    const value = buffer & ((1 << bits) - 1)
    buffer >>= bits
    held -= bits
    store<i16>(f + (i << 1), <i16>((value * <u32>modulus + half) >> bits))
  }
}

function coefficient(f: usize, index: usize): u32 {
  return <u32>load<u16>(f + (index << 1))
}

/** Starts SHAKE of 32 bytes and up to two more, all in one block, as its state before and after the first permutation. */
function expand(seed: usize, suffix: u32, suffixBytes: usize, rate: usize): void {
  memory.copy(keccakState, seed, 32)
  memory.fill(keccakState + 32, 0, 168)
  store<u32>(keccakState, suffix | (0x1f << ((<u32>suffixBytes) << 3)), 32)
  store<u8>(keccakState + rate - 1, 0x80)
  permute()
}

/** Algorithm 7: SampleNTT of ρ and two bytes. The matrix is public. Writes a coefficient more at times. */
export function sampleMatrixEntry(f: usize, rho: usize, first: usize, second: usize): void {
  expand(rho, (<u32>first) | ((<u32>second) << 8), 2, 168)
  let at = f
  const end = f + polynomialBytes
  while (true) {
    for (let i: usize = 0; i < 168 && at < end; i += 3) {
      const couple = (<u32>load<u16>(keccakState + i)) | ((<u32>load<u8>(keccakState + i, 2)) << 16)
      // What is refused is overwritten by the next: there is nothing to predict.
      const d1 = couple & 0xfff
      store<u16>(at, <u16>d1)
      at += (<usize>(d1 < <u32>modulus)) << 1
      const d2 = couple >> 12
      store<u16>(at, <u16>d2)
      at += (<usize>(d2 < <u32>modulus)) << 1
    }
    if (at >= end) return
    permute()
  }
}

/** PRF and CBD_2 (algorithm 8): each coefficient is two bits less two bits. |f| ≤ 2. */
export function sampleNoise(f: usize, seed: usize, nonce: usize): void {
  expand(seed, <u32>nonce, 1, 136)
  const twos = i8x16.splat(0x55)
  const threes = i8x16.splat(0x03)
  for (let i: usize = 0; i < 128; i += 16) {
    const bits = v128.load(keccakState + i)
    // Of each byte, four sums of two bits.
    const sums = i8x16.add(v128.and(bits, twos), v128.and(i8x16.shr_u(bits, 1), twos))
    const even = i8x16.sub(v128.and(sums, threes), v128.and(i8x16.shr_u(sums, 2), threes))
    const odd = i8x16.sub(v128.and(i8x16.shr_u(sums, 4), threes), i8x16.shr_u(sums, 6))
    const low = i8x16.shuffle(even, odd, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
    const high = i8x16.shuffle(
      even,
      odd,
      8,
      24,
      9,
      25,
      10,
      26,
      11,
      27,
      12,
      28,
      13,
      29,
      14,
      30,
      15,
      31,
    )
    const target = f + i * 4
    v128.store(target, i16x8.extend_low_i8x16_s(low))
    v128.store(target, i16x8.extend_high_i8x16_s(low), 16)
    v128.store(target, i16x8.extend_low_i8x16_s(high), 32)
    v128.store(target, i16x8.extend_high_i8x16_s(high), 48)
  }
}
