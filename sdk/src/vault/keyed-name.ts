/**
 * @module Ids that are found again by whoever has the key, and mean nothing to anybody else: HMAC-SHA-256 under a key of
 * their own over all parts, each behind its length in four bytes, so that no two lists of parts read alike.
 */
import type { Primitives } from '@sotto/primitives'

const label = new TextEncoder().encode('sotto vault names v1')

export function nameKeyOf(primitives: Primitives, dataKey: Uint8Array): Uint8Array {
  return primitives.hmacSha256(dataKey, label)
}

/** 64 digits. A text counts as its bytes in UTF-8. */
export function nameOf(
  primitives: Primitives,
  nameKey: Uint8Array,
  parts: readonly (string | Uint8Array)[],
): string {
  const bytes = parts.map((part) =>
    typeof part === 'string' ? new TextEncoder().encode(part) : part,
  )
  const framed = bytes.flatMap((part) => [lengthOf(part), part])
  const name = primitives.hmacSha256(nameKey, ...framed)
  return Array.from(name, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >>> 24, length >>> 16, length >>> 8, length)
}
