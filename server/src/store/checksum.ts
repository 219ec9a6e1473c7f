/**
 * @module CRC-32 (ISO 3309) by the runtime. On Bun not by `node:zlib`, which loads Node's streams with it: 1.6 MB in
 * each of the relay's two threads.
 */

/** Of these bytes, or of what `previous` is the checksum of with these bytes behind it. */
export const crc32: (bytes: Uint8Array, previous?: number) => number =
  process.versions.bun === undefined ? (await import('node:zlib')).crc32 : Bun.hash.crc32
