/**
 * @module A file goes: read, sealed and sent piece by piece, a few at once, and then the lists that name the pieces if
 * there are many. Whatever was begun can be gone on with, also after a restart (`upload-journal.ts`).
 */
import { parseUuid } from '@sotto/wire'
import { ahead, orAborted } from '#attachments/ahead.ts'
import { patiently } from '#attachments/patience.ts'
import { listKeyOf, listsFor, writeLists } from '#attachments/piece-lists.ts'
import { type AttachmentSource, readExactly } from '#attachments/source.ts'
import {
  bytesOfChunk,
  chunkBytes,
  digestAfter,
  emptyDigest,
  fileBytesOfChunk,
  sealChunk,
  type Shape,
  shapeOf,
} from '#attachments/stream.ts'
import {
  piecesAtOnce,
  type StoredFile,
  type TransferDeps,
  type TransferOptions,
  type UploadProgress,
} from '#attachments/transfer.ts'
import { UploadJournal, uploadRecord } from '#attachments/upload-journal.ts'
import { SottoError } from '#errors.ts'
import type { State } from '#state/state.ts'

export interface UploadDeps extends TransferDeps {
  readonly state: State
}

interface Underway {
  readonly deps: UploadDeps
  readonly journal: UploadJournal
  readonly signal: AbortSignal
}

/** A sealed piece, announced. Those of the lists are numbered on behind those of the file. */
interface Piece {
  readonly number: number
  readonly bytes: Uint8Array
  /** Of the file up to here. */
  readonly digest: Uint8Array
}

/**
 * Begins with what is not there yet, and resolves when all of it is; whoever has written down what comes of it forgets the
 * upload. Throws 'not-found', 'invalid-argument' when it is another file, 'attachment-gone' when it was begun so
 * long ago that the relay has dropped some of it, what the relay makes of it, and the signal's reason.
 */
export async function resumeUpload(
  deps: UploadDeps,
  upload: string,
  source: AttachmentSource,
  { progress, signal = new AbortController().signal }: TransferOptions<UploadProgress> = {},
): Promise<StoredFile> {
  const { primitives, state, clock } = deps
  const record = await uploadRecord(state, upload)
  const shape = record && shapeOf(record.size)
  if (record === undefined || shape === undefined) {
    throw new SottoError('not-found', 'Cannot go on: no such upload')
  }
  if (source.size !== record.size) {
    const message = `Cannot go on: the file has ${source.size} bytes of ${record.size}`
    throw new SottoError('invalid-argument', message)
  }
  const journal = await UploadJournal.open(state, upload)
  if (journal.hasExpired(clock.now())) {
    throw new SottoError('attachment-gone', 'Cannot go on: the relay has dropped some of it')
  }
  const underway = { deps, journal, signal }
  const key = Uint8Array.fromHex(record.key)
  let sentBytes = 0
  const fileHasGone = (index: number): void => {
    sentBytes += fileBytesOfChunk(shape, index)
    progress?.({ sentBytes, totalBytes: record.size })
  }
  try {
    const chunks = chunksOf(source, shape, signal)
    const sent = await sendAll(
      underway,
      sealed(underway, chunks, { key, of: shape.chunks, first: 0, digest: emptyDigest() }),
      fileHasGone,
    )
    const file = { key: record.key, digest: sent.digest.toHex(), size: record.size }
    const of = listsFor(shape.chunks)
    if (of === 0) return { ...file, depth: 0, pieces: sent.ids }
    const listKey = listKeyOf(primitives, key)
    const behind = { key: listKey, of, first: shape.chunks, digest: sent.digest }
    const named = await sendAll(underway, sealed(underway, writeLists(sent.ids), behind))
    return { ...file, depth: 1, pieces: named.ids }
  } finally {
    // Should this not be written, pieces go once more: no reason to fail, or to hide one.
    await journal.flush().catch(() => {})
  }
}

/** With their padding. */
async function* chunksOf(
  source: AttachmentSource,
  shape: Shape,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < shape.chunks; index++) {
    const read = readExactly(source, index * chunkBytes, fileBytesOfChunk(shape, index))
    const chunk = new Uint8Array(bytesOfChunk(shape, index))
    chunk.set(await orAborted(read, signal))
    yield chunk
  }
}

async function* sealed(
  { deps: { primitives }, journal }: Underway,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  stream: {
    readonly key: Uint8Array
    readonly of: number
    /** The number of its first piece. */
    readonly first: number
    /** Of what was before. */
    readonly digest: Uint8Array
  },
): AsyncGenerator<Piece> {
  const { key, of, first } = stream
  let { digest } = stream
  let index = 0
  for await (const chunk of chunks) {
    const bytes = sealChunk(primitives, key, { index, of }, chunk)
    digest = digestAfter(primitives, digest, bytes)
    const number = first + index
    await journal.announce(number, digest.toHex())
    yield { number, bytes, digest }
    index += 1
  }
}

/** The ids of all in order, in hex, and the digest behind the last one. */
async function sendAll(
  { deps, journal, signal }: Underway,
  pieces: AsyncIterable<Piece>,
  hasGone: (index: number) => void = () => {},
): Promise<{ readonly ids: readonly string[]; readonly digest: Uint8Array }> {
  const ids: string[] = []
  let digest = emptyDigest()
  const sendOne = async (piece: Piece, bounded: AbortSignal) => {
    const { number, bytes } = piece
    const id = journal.idOf(number) ?? (await put(deps, journal, number, bytes, bounded))
    return { id, digest: piece.digest }
  }
  for await (const sent of ahead(pieces, piecesAtOnce, sendOne, signal)) {
    hasGone(ids.length)
    ids.push(sent.id)
    digest = sent.digest
  }
  return { ids, digest }
}

async function put(
  deps: UploadDeps,
  journal: UploadJournal,
  number: number,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<string> {
  const outcome = await patiently(deps, (each) => deps.relay.putPiece(bytes, each), signal)
  if (outcome.kind === 'too-large') {
    throw new SottoError('relay-refused', 'Cannot send the file: the relay takes no such piece')
  }
  const id = parseUuid(outcome.id)?.toHex()
  if (id === undefined)
    throw new SottoError('bad-answer', 'Cannot use the id of a piece: it is none')
  journal.stored(number, { id, expiresAtMillis: outcome.expiresAtMillis })
  return id
}
