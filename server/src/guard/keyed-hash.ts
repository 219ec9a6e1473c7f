/**
 * @module HalfSipHash-2-4 with 64 bits of output (Aumasson and Bernstein, github.com/veorq/SipHash), cut to the 53 that
 * a number holds. Tables of limits keep it instead of addresses and ids: a look at them, or at a heap dump, shows no
 * client. Whoever has the key as well can still test guesses, so this hides clients from accidents, not from a debugger.
 *
 * The random key has a second use: nobody outside can find inputs that meet in one slot of a table.
 */
import type { Brand } from '@sotto/wire'

/** A whole number from 0 to 2^53 - 1. */
export type KeyHash = Brand<number, 'KeyHash'>

/** A text is hashed as its UTF-16 code units, low byte first. */
export type KeyedHash = (input: string | Uint8Array) => KeyHash

export const hashKeyBytes = 8

export function createKeyedHash(key: Uint8Array): KeyedHash {
  if (key.length !== hashKeyBytes) {
    throw new RangeError(`Cannot key hash: ${key.length} bytes of ${hashKeyBytes}`)
  }
  const k0 = wordAt(key, 0)
  const k1 = wordAt(key, 4)
  const v = new Int32Array(4)
  return (input) => {
    v[0] = k0
    v[1] = k1 ^ 0xee
    v[2] = 0x6c796765 ^ k0
    v[3] = 0x74656462 ^ k1
    if (typeof input === 'string') absorbText(v, input)
    else absorbBytes(v, input)
    return digest(v)
  }
}

function absorbBytes(v: Int32Array, input: Uint8Array): void {
  const whole = input.length & ~3
  for (let at = 0; at < whole; at += 4) absorb(v, wordAt(input, at))
  // The last word holds what is left over, and the length modulo 256 in its highest byte.
  absorb(v, (wordAt(input, whole) & 0xffffff) | (input.length << 24))
}

function absorbText(v: Int32Array, input: string): void {
  const whole = input.length & ~1
  for (let at = 0; at < whole; at += 2) {
    absorb(v, input.charCodeAt(at) | (input.charCodeAt(at + 1) << 16))
  }
  const left = input.length > whole ? input.charCodeAt(whole) : 0
  absorb(v, left | ((2 * input.length) << 24))
}

/** Four bytes, low first; zeros behind the end. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  )
}

function absorb(v: Int32Array, word: number): void {
  v[3] = at(v, 3) ^ word
  round(v)
  round(v)
  v[0] = at(v, 0) ^ word
}

function digest(v: Int32Array): KeyHash {
  v[2] = at(v, 2) ^ 0xee
  for (let i = 0; i < 4; i++) round(v)
  const low = (at(v, 1) ^ at(v, 3)) >>> 0
  v[1] = at(v, 1) ^ 0xdd
  for (let i = 0; i < 4; i++) round(v)
  const high = (at(v, 1) ^ at(v, 3)) >>> 0
  // The only maker of key hashes: 21 bits and 32 bits are a whole number below 2^53.
  return ((high >>> 11) * 2 ** 32 + low) as KeyHash
}

function round(v: Int32Array): void {
  let v0 = at(v, 0)
  let v1 = at(v, 1)
  let v2 = at(v, 2)
  let v3 = at(v, 3)
  v0 = (v0 + v1) | 0
  v1 = rotate(v1, 5) ^ v0
  v0 = rotate(v0, 16)
  v2 = (v2 + v3) | 0
  v3 = rotate(v3, 8) ^ v2
  v0 = (v0 + v3) | 0
  v3 = rotate(v3, 7) ^ v0
  v2 = (v2 + v1) | 0
  v1 = rotate(v1, 13) ^ v2
  v2 = rotate(v2, 16)
  v[0] = v0
  v[1] = v1
  v[2] = v2
  v[3] = v3
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

function at(v: Int32Array, index: 0 | 1 | 2 | 3): number {
  return v[index] ?? 0
}
