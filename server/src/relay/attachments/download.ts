/**
 * @module Gives an attachment back, to whoever knows its id. One that expired is unknown from that moment, whether or
 * not its bytes are gone yet.
 */
import type { BlobId } from '@sotto/wire'
import type { Clock } from '#relay/clock.ts'
import type { BlobStore, StoredBlob } from '#store/blobs/blobs.ts'
import type { BlobRecordStore } from '#store/store.ts'

export interface DownloadDeps {
  readonly blobs: BlobStore
  readonly records: BlobRecordStore
  readonly clock: Clock
}

export type DownloadOutcome =
  | { readonly kind: 'found'; readonly blob: StoredBlob }
  /** Never there, or expired. */
  | { readonly kind: 'unknown' }
  /** The record is there and the bytes are not. To the caller the same as unknown; worth a report. */
  | { readonly kind: 'bytes-missing' }

export async function download(
  deps: DownloadDeps,
  id: BlobId,
  signal: AbortSignal,
): Promise<DownloadOutcome> {
  if (!(await isKnown(deps, id))) return { kind: 'unknown' }
  const blob = await deps.blobs.get(id, signal)
  return blob === undefined ? { kind: 'bytes-missing' } : { kind: 'found', blob }
}

/** Whether there is such an attachment, without touching its bytes. */
export async function isKnown(
  { records, clock }: Pick<DownloadDeps, 'records' | 'clock'>,
  id: BlobId,
): Promise<boolean> {
  const record = await records.find(id)
  return record !== undefined && record.expiresAtMillis > clock.now()
}
