/**
 * @module What a pointer names. It has room for 64 pieces. Of a file that has more, it names lists, and they name the
 * pieces: the ids in order, 16 bytes each, 3,839 in a list, which is just as long as a chunk; zeros fill the last one,
 * so that nobody who keeps it can tell a list from a piece of a file.
 *
 * Lists are the chunks of a stream (`stream.ts`) under a key of their own, HKDF-SHA-256 of the file's key with
 * "sotto attachment lists v1". They need no digest: whatever they name has to add up to the file's.
 */
import type { Primitives } from '@sotto/primitives'
import { maxAttachmentPieces } from '@sotto/wire/content'
import { isPadding } from '#attachments/padme.ts'
import { chunkBytes, fileKeyBytes } from '#attachments/stream.ts'

const idBytes = 16
export const idsPerList: number = chunkBytes / idBytes

const label = new TextEncoder().encode('sotto attachment lists v1')

/** How many lists a file of so many pieces has. */
export function listsFor(pieces: number): number {
  return pieces <= maxAttachmentPieces ? 0 : Math.ceil(pieces / idsPerList)
}

export function listKeyOf(primitives: Primitives, fileKey: Uint8Array): Uint8Array {
  return primitives.hkdfSha256(undefined, fileKey, label, fileKeyBytes)
}

/** Before they are sealed. Ids are 32 hex digits. */
export function writeLists(ids: readonly string[]): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(ids.length / idsPerList) }, (_, list) => {
    const bytes = new Uint8Array(chunkBytes)
    const own = ids.slice(list * idsPerList, (list + 1) * idsPerList)
    for (const [at, id] of own.entries()) bytes.set(Uint8Array.fromHex(id), at * idBytes)
    return bytes
  })
}

/** Undefined when these lists are not those of so many ids. */
export function readLists(
  lists: readonly Uint8Array[],
  count: number,
): readonly string[] | undefined {
  if (lists.length !== Math.ceil(count / idsPerList)) return undefined
  const ids: string[] = []
  for (const list of lists) {
    if (list.length !== chunkBytes) return undefined
    const end = Math.min(idsPerList, count - ids.length) * idBytes
    for (let at = 0; at < end; at += idBytes) ids.push(list.subarray(at, at + idBytes).toHex())
    if (!isPadding(list.subarray(end))) return undefined
  }
  return ids
}
