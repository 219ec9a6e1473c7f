/**
 * @module The body of a backup: STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, 2015) over ChaCha20-Poly1305, so that it can
 * be written and read piece by piece, and neither be reordered nor cut off.
 *
 * | bytes | what |
 * |---|---|
 * | 65536 + 16 | a chunk, sealed |
 * | … | as many as there are |
 * | 1 to 65536, + 16 | the last chunk |
 *
 * The nonce is the number of the chunk from 0 (11 bytes, big-endian) and 1 for the last one, 0 for any other. The
 * associated data is the backup's header (`header.ts`), whose salt makes the key one that seals nothing else.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import { byteQueue } from '#backup/byte-queue.ts'
import { damaged } from '#backup/refusals.ts'

export const chunkBytes: number = 64 * 1024
const tagBytes = 16

/** What all chunks have in common. */
export interface ChunkSeal {
  readonly primitives: Pick<Primitives, 'chaCha20Poly1305'>
  readonly key: Uint8Array
  readonly header: Uint8Array
}

/** Yields at least one chunk. Wipes what it has sealed. */
export async function* sealChunks(
  { primitives, key, header }: ChunkSeal,
  plaintext: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const queue = byteQueue()
  let number = 0
  const next = (length: number, isLast: boolean): Uint8Array => {
    const chunk = queue.take(length)
    const sealed = primitives.chaCha20Poly1305.seal(key, nonceOf(number++, isLast), chunk, header)
    wipe(chunk)
    return sealed
  }
  for await (const piece of plaintext) {
    queue.push(piece)
    // What may be the end waits for what comes behind it.
    while (queue.length() > chunkBytes) yield next(chunkBytes, false)
  }
  yield next(queue.length(), true)
}

/** Throws 'backup-damaged' for whatever `sealChunks` did not write, at the latest at its end. */
export async function* openChunks(
  { primitives, key, header }: ChunkSeal,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const queue = byteQueue()
  let number = 0
  const next = (length: number, isLast: boolean): Uint8Array => {
    const chunk = queue.take(length)
    const nonce = nonceOf(number++, isLast)
    const opened = primitives.chaCha20Poly1305.open(key, nonce, chunk, header)
    if (opened === undefined) throw damaged()
    return opened
  }
  const sealedBytes = chunkBytes + tagBytes
  for await (const piece of sealed) {
    queue.push(piece)
    while (queue.length() > sealedBytes) yield next(sealedBytes, false)
  }
  if (queue.length() <= tagBytes) throw damaged()
  yield next(queue.length(), true)
}

function nonceOf(number: number, isLast: boolean): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setBigUint64(3, BigInt(number))
  nonce[11] = isLast ? 1 : 0
  return nonce
}
