/**
 * @module Where attachments' bytes rest: the port of `disk.ts` and `s3.ts`. Streams in, streams out, never whole in
 * memory. Which blobs exist is the record store's business; this knows bytes by id.
 */
import type { BlobId } from '@sotto/wire'

export type PutOutcome =
  | { readonly kind: 'stored'; readonly bytes: number }
  /** The stream passed `maxBytes`. Nothing was kept. */
  | { readonly kind: 'too-large' }
  /** The stream ended before or after the length it had announced, or broke off. Nothing was kept. */
  | { readonly kind: 'broken' }

export interface BlobStore extends AsyncDisposable {
  /** Durable when it resolves to 'stored'. Rejects with a StoreError when the storage fails. */
  put(
    id: BlobId,
    content: ReadableStream<Uint8Array>,
    bounds: { readonly maxBytes: number; readonly announcedBytes: number | undefined },
    signal: AbortSignal,
  ): Promise<PutOutcome>
  get(
    id: BlobId,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly content: ReadableStream<Uint8Array> } | undefined>
  /** Removing what is not there succeeds. */
  remove(id: BlobId, signal: AbortSignal): Promise<void>
  /** Everything that rests here, for the sweep of orphans: uploads that broke off included. */
  list(signal: AbortSignal): AsyncIterable<{ readonly id: BlobId; readonly storedAtMillis: number }>
  /** Rejects unless the storage answers. */
  check(signal: AbortSignal): Promise<void>
}
