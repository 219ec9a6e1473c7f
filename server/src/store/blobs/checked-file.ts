/**
 * @module One blob in one file, with a checksum that finds damage before the last byte is handed out.
 *
 * | offset | bytes | what |
 * |---|---|---|
 * | 0 | n | the content |
 * | n | 4 | `stb1` |
 * | n + 4 | 4 | CRC-32 of the blob's id, then the content; big endian |
 *
 * The id is in the checksum so that a file under another blob's name counts as damaged too. The trailer comes last
 * because a chunked upload's length is known last.
 */
import { open, type FileHandle } from 'node:fs/promises'
import type { BlobId } from '@sotto/wire'
import { DamagedBlobError, type StoredBlob } from '#store/blobs/blobs.ts'
import { crc32 } from '#store/checksum.ts'
import { diskError, isMissing } from '#store/blobs/disk-error.ts'

export const trailerBytes = 8
const magic = 0x73746231
const readBytes = 64 * 1024

export interface FileWriter extends AsyncDisposable {
  write(chunk: Uint8Array): Promise<void>
  /** Adds the trailer. The file is durable when this resolves; its name is the caller's to make durable. */
  finish(): Promise<void>
}

/** Creates a file that only this user may read. Fails when there is one already. */
export async function createCheckedFile(path: string, id: BlobId): Promise<FileWriter> {
  const file = await open(path, 'wx', 0o600)
  let checksum = crc32(id)
  return {
    async write(chunk) {
      checksum = crc32(chunk, checksum)
      await writeAll(file, chunk)
    },
    async finish() {
      const trailer = new DataView(new ArrayBuffer(trailerBytes))
      trailer.setUint32(0, magic)
      trailer.setUint32(4, checksum)
      await writeAll(file, new Uint8Array(trailer.buffer))
      await file.sync()
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** A short write is legal, and what a disk that runs full answers before it refuses. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    offset += (await file.write(bytes, offset, bytes.length - offset)).bytesWritten
  }
}

/** Undefined when there is no such file. */
export async function openCheckedFile(
  path: string,
  id: BlobId,
  signal: AbortSignal,
): Promise<StoredBlob | undefined> {
  let file: FileHandle
  try {
    file = await open(path, 'r')
  } catch (error) {
    if (isMissing(error)) return undefined
    throw diskError('read attachment', error)
  }
  try {
    const bytes = (await file.stat()).size - trailerBytes
    if (bytes < 0) throw new DamagedBlobError()
    const trailer = new DataView(new ArrayBuffer(trailerBytes))
    await readAll(file, new Uint8Array(trailer.buffer), bytes)
    if (trailer.getUint32(0) !== magic) throw new DamagedBlobError()
    signal.throwIfAborted()
    return { bytes, content: streamContent(file, bytes, crc32(id), trailer.getUint32(4), signal) }
  } catch (error) {
    await file.close()
    throw signal.aborted ? error : diskError('read attachment', error)
  }
}

async function readAll(file: FileHandle, into: Uint8Array, position: number): Promise<void> {
  for (let offset = 0; offset < into.length;) {
    const { bytesRead } = await file.read(into, offset, into.length - offset, position + offset)
    if (bytesRead === 0) throw new DamagedBlobError()
    offset += bytesRead
  }
}

function streamContent(
  file: FileHandle,
  bytes: number,
  seed: number,
  expected: number,
  signal: AbortSignal,
): ReadableStream<Uint8Array> {
  let position = 0
  let checksum = seed
  let reading: Promise<void> = Promise.resolve()
  let closed = false

  // Never while a read runs: the descriptor could be another file's by then.
  const close = async () => {
    if (closed) return
    closed = true
    signal.removeEventListener('abort', onAbort)
    await reading.catch(() => undefined)
    await file.close()
  }
  let fail: (reason: unknown) => void = () => undefined
  const onAbort = () => {
    fail(signal.reason)
    void close().catch(() => undefined)
  }

  const readNext = async (): Promise<Uint8Array> => {
    const chunk = new Uint8Array(Math.min(readBytes, bytes - position))
    await readAll(file, chunk, position)
    position += chunk.length
    checksum = crc32(chunk, checksum)
    // The last chunk is handed out only when everything fits: a reader of damaged bytes always sees a short body.
    if (position === bytes && checksum !== expected) throw new DamagedBlobError()
    return chunk
  }

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        fail = (reason) => controller.error(reason)
        signal.addEventListener('abort', onAbort, { once: true })
      },
      async pull(controller) {
        const read = readNext()
        reading = read.then(
          () => undefined,
          () => undefined,
        )
        try {
          const chunk = await read
          if (closed) return
          if (chunk.length > 0) controller.enqueue(chunk)
          if (position < bytes) return
          await close()
          controller.close()
        } catch (error) {
          if (closed) return
          controller.error(diskError('read attachment', error))
          await close()
        }
      },
      cancel: close,
    },
    // Nothing is read before somebody asks, so a download that nobody reads costs no more than its descriptor.
    { highWaterMark: 0 },
  )
}
