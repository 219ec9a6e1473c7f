/**
 * @module What tests of everything that moves attachments need: known bytes in streams that count how they are pulled,
 * and ids.
 */
import { markUuidV4, type BlobId } from '@sotto/wire'

/** Bytes that differ from place to place, so that a lost or swapped piece shows. */
export function patternBytes(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4))
  let state = seed >>> 0 || 1
  for (let i = 0; i < words.length; i++) {
    // xorshift32 (Marsaglia, 2003)
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    words[i] = state
  }
  return new Uint8Array(words.buffer, 0, length)
}

export interface ByteSource {
  readonly stream: ReadableStream<Uint8Array>
  /** How many chunks were asked for. */
  pulled(): number
  cancelled(): boolean
}

/** What comes after the last byte: the end, an error, or nothing for ever. */
export type Ending = 'end' | 'fail' | 'stall'

/** Hands out a chunk only when it is asked for one. */
export function byteSource(
  bytes: Uint8Array,
  chunkBytes = 64 * 1024,
  ending: Ending = 'end',
): ByteSource {
  let offset = 0
  let pulled = 0
  let cancelled = false
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulled++
        if (offset < bytes.length) {
          controller.enqueue(bytes.slice(offset, offset + chunkBytes))
          offset += chunkBytes
          return undefined
        }
        if (ending === 'end') return controller.close()
        if (ending === 'fail') return controller.error(new Error('The source broke off'))
        return new Promise<void>(() => undefined)
      },
      cancel() {
        cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { stream, pulled: () => pulled, cancelled: () => cancelled }
}

export function streamOf(bytes: Uint8Array, chunkBytes?: number): ReadableStream<Uint8Array> {
  return byteSource(bytes, chunkBytes).stream
}

export async function readToEnd(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    chunks.push(value)
  }
}

let nextId = 1

/** A different id each time; what it is made of does not matter to a store. */
export function newBlobId(): BlobId {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(0, Math.imul(nextId++, 0x9e3779b1))
  return markUuidV4(bytes) as BlobId
}

/** Waits until something has happened that no promise tells of. */
export async function waitFor(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 2_000) throw new Error('Waited 10 s in vain')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
