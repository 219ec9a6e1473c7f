/**
 * @module How a file is encrypted: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its
 * Nonce-Reuse Misuse-Resistance", CRYPTO 2015, §7), so that each piece can be checked before the next one is there, and
 * a file that was cut, lengthened or put in another order fails.
 *
 * 1. Zeros are added up to the length that Padmé gives for its size (`padme.ts`).
 * 2. That is cut into chunks of 61,424 bytes. The last one may be shorter; a file of no bytes has one chunk of none.
 * 3. Each chunk is sealed with ChaCha20-Poly1305 (RFC 8439) without associated data, under 32 random bytes that are the
 *    key of this file alone. What comes out is a piece: at most 60 KiB, which passes every forwarder.
 *
 * The nonce of a chunk:
 *
 * | bytes | what |
 * |---|---|
 * | 7 | zero: with a key for each file, nothing has to tell files apart |
 * | 4 | the number of the chunk, from 0, big-endian |
 * | 1 | 1 for the last chunk, 0 for every other |
 *
 * The digest of a file binds its pieces, since a tag of Poly1305 fits more than one key. It is computed as they come:
 * digest 0 is 32 zero bytes, digest n is SHA-256(digest n−1 ‖ piece n).
 *
 * `piece-lists.ts` says how lists of pieces are encrypted.
 */
import type { Primitives } from '@sotto/primitives'
import { paddedLength } from '#attachments/padme.ts'
import { maxPieceBytes } from '#relay/oblivious/request-sizes.ts'

export const fileKeyBytes = 32
const tagBytes = 16
/** Of a chunk, before it is sealed. */
export const chunkBytes: number = maxPieceBytes - tagBytes

/** What a person may send to another. A multiple of Padmé's, so that no file is larger than this with its padding. */
export const maxFileBytes: number = 100 * 1024 * 1024

/** All that follows from the size of a file. */
export interface Shape {
  readonly size: number
  readonly paddedBytes: number
  /** At least one. */
  readonly chunks: number
}

/** Undefined for what is no size of a file that we send. */
export function shapeOf(size: number): Shape | undefined {
  if (!Number.isInteger(size) || size < 0 || size > maxFileBytes) return undefined
  const paddedBytes = paddedLength(size)
  return { size, paddedBytes, chunks: Math.max(1, Math.ceil(paddedBytes / chunkBytes)) }
}

/** How long this chunk is, with its padding. */
export function bytesOfChunk({ paddedBytes }: Shape, index: number): number {
  return Math.min(chunkBytes, paddedBytes - index * chunkBytes)
}

/** How much of this chunk is the file and not its padding. */
export function fileBytesOfChunk({ size }: Shape, index: number): number {
  return Math.min(chunkBytes, Math.max(0, size - index * chunkBytes))
}

/** Which chunk of how many. */
export interface ChunkPlace {
  readonly index: number
  readonly of: number
}

export function sealChunk(
  primitives: Primitives,
  key: Uint8Array,
  place: ChunkPlace,
  chunk: Uint8Array,
): Uint8Array {
  return primitives.chaCha20Poly1305.seal(key, nonceOf(place), chunk)
}

/** Undefined when this is not what was sealed at this place with this key. */
export function openPiece(
  primitives: Primitives,
  key: Uint8Array,
  place: ChunkPlace,
  piece: Uint8Array,
): Uint8Array | undefined {
  if (piece.length < tagBytes) return undefined
  return primitives.chaCha20Poly1305.open(key, nonceOf(place), piece)
}

function nonceOf({ index, of }: ChunkPlace): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setUint32(7, index)
  nonce[11] = index === of - 1 ? 1 : 0
  return nonce
}

const digestBytes = 32

/** Before the first piece. */
export function emptyDigest(): Uint8Array {
  return new Uint8Array(digestBytes)
}

export function digestAfter(
  primitives: Primitives,
  digest: Uint8Array,
  piece: Uint8Array,
): Uint8Array {
  return primitives.sha256(digest, piece)
}
