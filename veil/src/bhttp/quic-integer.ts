/**
 * @module Numbers as QUIC writes them (RFC 9000 §16): the first two bits say whether 1, 2, 4 or 8 bytes follow.
 */

/** In as few bytes as it takes. */
export function encodeInteger(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError('Cannot encode number: expected a safe integer from 0 on')
  }
  if (value < 2 ** 6) return Uint8Array.of(value)
  if (value < 2 ** 14) return write(2, 0x40, value)
  if (value < 2 ** 30) return write(4, 0x80, value)
  return write(8, 0xc0, value)
}

function write(length: number, mark: number, value: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let rest = value
  for (let at = length - 1; at >= 0; at--) {
    bytes[at] = rest % 256
    rest = Math.floor(rest / 256)
  }
  bytes[0] = (bytes[0] ?? 0) | mark
  return bytes
}

/** How many bytes the number takes that begins with `first`. */
export function integerBytes(first: number): 1 | 2 | 4 | 8 {
  if (first < 0x40) return 1
  if (first < 0x80) return 2
  return first < 0xc0 ? 4 : 8
}

/**
 * The number that these bytes are, in any of its spellings. Beyond 2^53 it loses its last digits and stays beyond 2^53,
 * where it is larger than anything that is compared with it.
 */
export function decodeInteger(bytes: Uint8Array): number {
  let value = (bytes[0] ?? 0) & 0x3f
  for (const byte of bytes.subarray(1)) value = value * 256 + byte
  return value
}
