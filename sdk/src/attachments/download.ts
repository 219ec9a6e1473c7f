/**
 * @module A file comes: several pieces at once and in order, each handed out when it has been checked. It is whole when
 * this ends without an error. Nothing of a pointer is believed that somebody else wrote and that does not fit.
 */
import type { Primitives } from '@sotto/primitives'
import { formatUuid } from '@sotto/wire'
import { ahead } from '#attachments/ahead.ts'
import { isPadding } from '#attachments/padme.ts'
import { patiently } from '#attachments/patience.ts'
import { listKeyOf, listsFor, readLists } from '#attachments/piece-lists.ts'
import {
  bytesOfChunk,
  chunkBytes,
  digestAfter,
  emptyDigest,
  fileBytesOfChunk,
  openPiece,
  type Shape,
  shapeOf,
} from '#attachments/stream.ts'
import {
  type DownloadProgress,
  piecesAtOnce,
  type StoredFile,
  type TransferDeps,
  type TransferOptions,
} from '#attachments/transfer.ts'
import { SottoError } from '#errors.ts'

/**
 * Throws 'attachment-gone', 'attachment-damaged', 'file-too-large', or what the relay makes of it; and the signal's reason.
 * What was handed out before is the beginning of the file.
 */
export async function* download(
  deps: TransferDeps,
  file: StoredFile,
  { progress, signal = new AbortController().signal }: TransferOptions<DownloadProgress> = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { primitives } = deps
  const { shape, key, digest: expected } = planOf(file)
  const ids = await pieceIds(deps, file, shape, key, signal)
  let digest = emptyDigest()
  let receivedBytes = 0
  let index = 0
  for await (const piece of fetchAll(deps, ids, signal)) {
    const place = { index, of: shape.chunks }
    digest = digestAfter(primitives, digest, piece)
    const chunk = opened(primitives, key, place, piece, bytesOfChunk(shape, index))
    if (index === shape.chunks - 1 && digest.toHex() !== expected) throw damaged()
    const fileBytes = fileBytesOfChunk(shape, index)
    if (!isPadding(chunk.subarray(fileBytes))) throw damaged()
    receivedBytes += fileBytes
    progress?.({ receivedBytes, totalBytes: shape.size })
    if (fileBytes > 0) yield chunk.subarray(0, fileBytes)
    index += 1
  }
}

interface Plan {
  readonly shape: Shape
  readonly key: Uint8Array
  /** In hex. */
  readonly digest: string
}

const of16Bytes = /^[0-9a-f]{32}$/
const of32Bytes = /^[0-9a-f]{64}$/

function planOf({ pieces, depth, key, digest, size }: StoredFile): Plan {
  const shape = shapeOf(size)
  if (shape === undefined) {
    throw new SottoError('file-too-large', 'Cannot fetch the file: its size is none that is sent')
  }
  const lists = listsFor(shape.chunks)
  const isWhole =
    depth === (lists === 0 ? 0 : 1) &&
    pieces.length === (lists === 0 ? shape.chunks : lists) &&
    pieces.every((piece) => of16Bytes.test(piece)) &&
    of32Bytes.test(key) &&
    of32Bytes.test(digest)
  if (!isWhole) throw damaged()
  return { shape, key: Uint8Array.fromHex(key), digest }
}

async function pieceIds(
  deps: TransferDeps,
  { pieces, depth }: StoredFile,
  { chunks }: Shape,
  fileKey: Uint8Array,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (depth === 0) return pieces
  const { primitives } = deps
  const key = listKeyOf(primitives, fileKey)
  const lists: Uint8Array[] = []
  for await (const piece of fetchAll(deps, pieces, signal)) {
    const place = { index: lists.length, of: pieces.length }
    lists.push(opened(primitives, key, place, piece, chunkBytes))
  }
  const ids = readLists(lists, chunks)
  if (ids === undefined) throw damaged()
  return ids
}

/** The pieces of these ids, in order. */
function fetchAll(
  deps: TransferDeps,
  ids: readonly string[],
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const fetchOne = async (id: string, bounded: AbortSignal): Promise<Uint8Array> => {
    const uuid = formatUuid(Uint8Array.fromHex(id))
    const got = await patiently(deps, (each) => deps.relay.getPiece(uuid, each), bounded)
    if (got.kind === 'found') return got.bytes
    throw new SottoError('attachment-gone', 'Cannot fetch the file: a piece is not there any more')
  }
  return ahead(ids, piecesAtOnce, fetchOne, signal)
}

function opened(
  primitives: Primitives,
  key: Uint8Array,
  place: Parameters<typeof openPiece>[2],
  piece: Uint8Array,
  bytes: number,
): Uint8Array {
  const chunk = openPiece(primitives, key, place, piece)
  if (chunk === undefined || chunk.length !== bytes) throw damaged()
  return chunk
}

function damaged(): SottoError {
  return new SottoError('attachment-damaged', 'Cannot open the file: it is not what was sent')
}
