/**
 * @module Keeps an attachment: its bytes first, then the record that makes it reachable. A crash in between leaves bytes
 * without a record, which the sweep of orphans removes; never a record without bytes.
 */
import { formatUuid, markUuidV4, type AccountId, type BlobId } from '@sotto/wire'
import type { Clock, Randomness } from '#relay/clock.ts'
import type { BlobStore } from '#store/blobs/blobs.ts'
import type { BlobRecordStore } from '#store/store.ts'

export interface UploadDeps {
  readonly blobs: BlobStore
  readonly records: BlobRecordStore
  readonly clock: Clock
  readonly randomness: Randomness
}

export interface UploadPolicy {
  readonly maxBytes: number
  readonly ttlMillis: number
  /** Uploads at the same time, of everybody and of one account. */
  readonly maxConcurrent: number
  readonly maxConcurrentPerAccount: number
  /** How long one upload may take. Well below the grace of the sweep of orphans. */
  readonly timeoutMillis: number
}

export interface NewAttachment {
  /** Who sends it: held while the upload runs and not stored. */
  readonly account: AccountId
  readonly content: ReadableStream<Uint8Array>
  readonly announcedBytes: number | undefined
}

export type UploadOutcome =
  | {
      readonly kind: 'stored'
      readonly id: BlobId
      readonly bytes: number
      readonly expiresAtMillis: number
    }
  | { readonly kind: 'too-large' }
  /** The sender broke off, sent another length than announced, or the signal was aborted. */
  | { readonly kind: 'broken' }
  /** The bytes did not come within the time that an upload may take. */
  | { readonly kind: 'timeout' }
  /** As many uploads run as may. */
  | { readonly kind: 'busy' }

/** Reads the content to its end or cancels it. Rejects with a StoreError when the storage fails; nothing is kept then. */
export type Upload = (attachment: NewAttachment, signal: AbortSignal) => Promise<UploadOutcome>

/** How long taking bytes back may take. */
const takeBackMillis = 10_000

export function createUpload(deps: UploadDeps, policy: UploadPolicy): Upload {
  const { blobs, records, clock, randomness } = deps
  const runningByAccount = new Map<string, number>()
  let running = 0

  return async (attachment, signal) => {
    const { content, announcedBytes } = attachment
    if (announcedBytes !== undefined && announcedBytes > policy.maxBytes) {
      cancel(content)
      return { kind: 'too-large' }
    }
    const account = formatUuid(attachment.account)
    const own = runningByAccount.get(account) ?? 0
    if (running >= policy.maxConcurrent || own >= policy.maxConcurrentPerAccount) {
      cancel(content)
      return { kind: 'busy' }
    }
    running++
    runningByAccount.set(account, own + 1)
    try {
      return await keep(attachment, signal)
    } finally {
      running--
      const left = (runningByAccount.get(account) ?? 1) - 1
      if (left === 0) runningByAccount.delete(account)
      else runningByAccount.set(account, left)
    }
  }

  async function keep(
    { content, announcedBytes }: NewAttachment,
    signal: AbortSignal,
  ): Promise<UploadOutcome> {
    const { maxBytes, ttlMillis, timeoutMillis } = policy
    const id = markUuidV4(randomness.bytes(16)) as BlobId
    const timeout = new AbortController()
    const timer = setTimeout(() => timeout.abort(), timeoutMillis)
    try {
      const stop = AbortSignal.any([signal, timeout.signal])
      const put = await blobs.put(id, content, { maxBytes, announcedBytes }, stop)
      if (put.kind === 'broken') return timeout.signal.aborted ? { kind: 'timeout' } : put
      if (put.kind !== 'stored') return put
      if (signal.aborted) {
        // Nobody would learn the id.
        await takeBack(id)
        return { kind: 'broken' }
      }
      const expiresAtMillis = clock.now() + ttlMillis
      try {
        await records.add({ id, expiresAtMillis })
      } catch (error) {
        await takeBack(id)
        throw error
      }
      return { kind: 'stored', id, bytes: put.bytes, expiresAtMillis }
    } finally {
      clearTimeout(timer)
    }
  }

  /** Best effort: what stays goes with the sweep of orphans. */
  async function takeBack(id: BlobId): Promise<void> {
    await blobs.remove(id, AbortSignal.timeout(takeBackMillis)).catch(() => undefined)
  }
}

function cancel(content: ReadableStream<Uint8Array>): void {
  void content.cancel().catch(() => undefined)
}
