/**
 * @module Where everything lies in the memory of this module: two pages of 64 KiB that never grow.
 *
 * | from | content | secret |
 * |---|---|---|
 * | 0x00100 | Keccak's state, SHA-256's states and schedule | yes |
 * | 0x01000 | what JavaScript writes in | yes |
 * | 0x03000 | what JavaScript reads out | yes |
 * | 0x05000 | polynomials and byte strings of ML-KEM | yes |
 * | 0x10000 | constants, laid by the compiler | no |
 * | 0x18000 | tables, calculated once | no |
 *
 * All below `endOfSecrets` is wiped after each call of JavaScript's.
 */

/** 25 lanes of 64 bits. */
export const keccakState: usize = 0x0100
export const keccakBytes: usize = 200

/** H of FIPS 180-4 §5.3.3, and what was absorbed last but fills no block. */
export const sha256State: usize = 0x0200
export const sha256Block: usize = 0x0220
/** HMAC's inner and outer state after their padded keys. */
export const innerState: usize = 0x0260
export const outerState: usize = 0x0280
/** A digest on its way, HKDF's pseudorandom key, and HKDF's last block with its counter. */
export const digest: usize = 0x02a0
export const padded: usize = 0x02c0
export const schedule: usize = 0x0400

export const input: usize = 0x1000
/** Both areas have so many bytes: HKDF's longest output and one block. */
export const areaBytes: usize = 0x2000
export const output: usize = 0x3000

export const polynomialBytes: usize = 0x200
/** Four entries of the matrix, and slack where sampling may write one coefficient too many. */
export const matrixRow: usize = 0x5000
export const sum: usize = 0x5900
export const noise: usize = 0x5b00
/** Vectors prepared for products: two polynomials for each of up to four. */
export const prepared: usize = 0x5d00
export const decoded: usize = 0x6d00
/** Two halves of a SHA3-512; m', with a byte more; what is handed out instead; a ciphertext made again. */
export const keyAndCoins: usize = 0x7500
export const plain: usize = 0x7540
export const rejected: usize = 0x7580
export const again: usize = 0x7600

export const endOfSecrets: usize = 0x8000

export const tables: usize = 0x18000
