/**
 * @module Buffers as plain arrays.
 */

/**
 * The same bytes in an array that shares memory with nothing: a Buffer's `slice` is a view, and its memory may be part
 * of a pool, where a copy is not left behind.
 */
export function own(buffer: Buffer): Uint8Array {
  if (buffer.buffer.byteLength === buffer.length) return new Uint8Array(buffer.buffer)
  const copy = Uint8Array.from(buffer)
  buffer.fill(0)
  return copy
}
