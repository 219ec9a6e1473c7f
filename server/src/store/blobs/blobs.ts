/**
 * @module Where attachments' bytes rest: the port of `disk.ts` and `s3.ts`. Streams in, streams out, never whole in
 * memory. Which blobs exist is the record store's business; this knows bytes by id.
 */
import type { BlobId } from '@sotto/wire'
import { StoreError } from '#store/store.ts'

export interface PutBounds {
  readonly maxBytes: number
  /** The length that the sender announced; undefined when it announced none. */
  readonly announcedBytes: number | undefined
}

export type PutOutcome =
  | { readonly kind: 'stored'; readonly bytes: number }
  /** The stream passed `maxBytes`, or had announced that it would. Nothing was kept. */
  | { readonly kind: 'too-large' }
  /**
   * The stream ended before or after the length it had announced, or broke off, or the signal was aborted. Nothing was
   * kept.
   */
  | { readonly kind: 'broken' }

export interface StoredBlob {
  readonly bytes: number
  /**
   * Read it or cancel it. It errors when the signal aborts, with a StoreError when the storage fails, and with
   * {@link DamagedBlobError} before its last byte when the bytes are not those that were put.
   */
  readonly content: ReadableStream<Uint8Array>
}

export interface BlobStore extends AsyncDisposable {
  /**
   * Durable when it resolves to 'stored'. Rejects with a StoreError when the storage fails. The stream is pulled no
   * faster than the storage takes it, and is cancelled unless it was read to its end. An id is put once.
   */
  put(
    id: BlobId,
    content: ReadableStream<Uint8Array>,
    bounds: PutBounds,
    signal: AbortSignal,
  ): Promise<PutOutcome>
  get(id: BlobId, signal: AbortSignal): Promise<StoredBlob | undefined>
  /** Removing what is not there succeeds. */
  remove(id: BlobId, signal: AbortSignal): Promise<void>
  /** Every whole blob that rests here, for the sweep of orphans. What is no blob of ours is left out. */
  list(signal: AbortSignal): AsyncIterable<{ readonly id: BlobId; readonly storedAtMillis: number }>
  /**
   * Removes what uploads left behind that began before this time and run no more: a crash, or a storage that failed
   * while an upload was being taken back. Resolves to how many went.
   */
  removeUnfinished(beforeMillis: number, signal: AbortSignal): Promise<number>
  /** Rejects unless the storage answers. */
  check(signal: AbortSignal): Promise<void>
}

/** What rests here is not what was put. It is left where it is. */
export class DamagedBlobError extends StoreError {
  constructor() {
    super('unusable', 'Cannot read attachment: what is stored is damaged')
  }
}
