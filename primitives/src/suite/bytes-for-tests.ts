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
  return Uint8Array.from(Buffer.from(value))
}

export function bytes(digits: string): Uint8Array {
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

export function hex(value: Uint8Array | undefined): string {
  return Buffer.from(value ?? []).toString('hex')
}
