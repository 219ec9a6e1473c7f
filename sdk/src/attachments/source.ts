/**
 * @module Where a file is read from: bytes in memory, a `Blob`, or what a program makes of a file handle. Nothing is held
 * in memory whole, and a file that is sent again after a restart is read again.
 */
import { SottoError } from '#errors.ts'

/** A file that can be read in pieces, and again. */
export interface AttachmentSource {
  /** In bytes. It may not change. */
  readonly size: number
  /** Exactly so many bytes from there on; never asked for more than there are. */
  read(offset: number, length: number): Promise<Uint8Array>
}

/** Of bytes in memory. */
export function bytesSource(bytes: Uint8Array): AttachmentSource {
  return {
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  }
}

/** What browsers, Bun and Node have, as far as it is needed. */
interface BlobLike {
  readonly size: number
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> }
}

/** Of a `Blob`, which a file that was chosen in a browser is too. */
export function blobSource(blob: BlobLike): AttachmentSource {
  return {
    size: blob.size,
    read: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  }
}

/** Throws 'invalid-argument' when the file has become another. */
export async function readExactly(
  source: AttachmentSource,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  if (length === 0) return new Uint8Array()
  const bytes = await source.read(offset, length)
  if (bytes.length === length) return bytes
  throw new SottoError(
    'invalid-argument',
    `Cannot read the file: ${bytes.length} bytes came of ${length}`,
  )
}
