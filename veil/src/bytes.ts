/**
 * @module Putting byte strings together, and taking them apart.
 */

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0
  for (const part of parts) length += part.length
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** A part that shares no memory with the whole. A Buffer's own `slice` does. */
export function copyOf(bytes: Uint8Array, from: number, to?: number): Uint8Array {
  return new Uint8Array(bytes.subarray(from, to))
}

/** Of ASCII, as labels are. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

/** Two bytes, big-endian. */
export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff)
}

/** The number in two bytes, big-endian; what is missing counts as zero, so lengths are checked before. */
export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
