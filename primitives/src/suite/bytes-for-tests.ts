/**
 * @module Byte strings for the provider suite.
 */

/** from, from + 1, … */
export function counting(length: number, from = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i + from)
}

export function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value)
}

export function flipped(value: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(value)
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7))
  return copy
}

export function withFirst(value: Uint8Array, first: number): Uint8Array {
  return withLast(value, first, 0)
}

export function withLast(value: Uint8Array, last: number, at = value.length - 1): Uint8Array {
  const copy = Uint8Array.from(value)
  copy[at] = last
  return copy
}

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value)
}

export function bytes(digits: string): Uint8Array {
  return Uint8Array.fromHex(digits)
}

export function hex(value: Uint8Array | undefined): string {
  return value?.toHex() ?? ''
}

export function base64(value: string): Uint8Array {
  return Uint8Array.fromBase64(value)
}

/** A copy that is as treacherous as Node's Buffer: a `slice` of it is a view. */
export function bufferOf(value: Uint8Array): Uint8Array {
  return SharingBytes.from(value)
}

class SharingBytes extends Uint8Array<ArrayBuffer> {
  override slice(start?: number, end?: number): Uint8Array<ArrayBuffer> {
    return this.subarray(start, end)
  }
}
