/**
 * @module Removes attachments that expired, and bytes that no record knows. One object that cannot be removed holds up
 * nothing else: it is passed over and tried again by the next run.
 */
import { formatUuid, type BlobId } from '@sotto/wire'
import type { Clock } from '#relay/clock.ts'
import type { BlobStore } from '#store/blobs/blobs.ts'
import { StoreError, type BlobRecordStore } from '#store/store.ts'

export interface SweepDeps {
  readonly blobs: BlobStore
  readonly records: BlobRecordStore
  readonly clock: Clock
}

export interface SweepResult {
  readonly removed: number
  /** Objects that the storage would not remove. */
  readonly failed: number
  /** The first of its refusals. */
  readonly failure: StoreError | undefined
}

/** Removals at the same time. */
const lanes = 8
/** Objects that a run passes over before it gives up. */
const maxFailed = 10_000

/**
 * Removes each expired attachment's object, then its record, in batches until none is left. A crash in between leaves a
 * record whose object is gone, and removing what is gone succeeds. Rejects with the signal's reason, or when the records
 * cannot be read or written.
 */
export async function expireAttachments(
  { blobs, records, clock }: SweepDeps,
  batchSize: number,
  signal: AbortSignal,
): Promise<SweepResult> {
  const nowMillis = clock.now()
  const failed = new Set<string>()
  let removed = 0
  let failure: StoreError | undefined
  while (failed.size < maxFailed) {
    signal.throwIfAborted()
    // The oldest come first again and again, so those that failed are asked for on top.
    const expired = await records.expired(nowMillis, batchSize + failed.size)
    const batch = expired.filter((id) => !failed.has(formatUuid(id)))
    if (batch.length === 0) break
    const gone: BlobId[] = []
    await inLanes(batch, async (id) => {
      const refusal = await removeObject(blobs, id, signal)
      failure ??= refusal
      if (refusal === undefined) gone.push(id)
      else failed.add(formatUuid(id))
    })
    if (gone.length > 0) await records.remove(gone)
    removed += gone.length
    // When nothing at all went, the storage may be down: then each further batch would only wait in vain.
    if (gone.length === 0 && !(await answers(blobs, signal))) break
  }
  return { removed, failed: failed.size, failure }
}

export interface OrphanSweepResult extends SweepResult {
  /** Pieces of uploads that broke off. */
  readonly unfinished: number
}

/**
 * Removes objects without a record and what broken uploads left, if they are older than the grace: a younger one may be
 * about to get its record. A record whose object is gone stays until it expires. Rejects with the signal's reason, or
 * when the storage cannot be listed.
 */
export async function sweepOrphans(
  { blobs, records, clock }: SweepDeps,
  graceMillis: number,
  signal: AbortSignal,
): Promise<OrphanSweepResult> {
  const beforeMillis = clock.now() - graceMillis
  let removed = 0
  let failed = 0
  let failure: StoreError | undefined
  for await (const { id, storedAtMillis } of blobs.list(signal)) {
    signal.throwIfAborted()
    if (storedAtMillis >= beforeMillis || (await records.find(id)) !== undefined) continue
    const refusal = await removeObject(blobs, id, signal)
    failure ??= refusal
    if (refusal === undefined) removed++
    else if (++failed >= maxFailed) break
  }
  const unfinished = await blobs.removeUnfinished(beforeMillis, signal)
  return { removed, failed, failure, unfinished }
}

/** The storage's refusal; undefined when the object is gone. */
async function removeObject(
  blobs: BlobStore,
  id: BlobId,
  signal: AbortSignal,
): Promise<StoreError | undefined> {
  try {
    await blobs.remove(id, signal)
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof StoreError && error.code !== 'closed') return error
    throw error
  }
}

async function answers(blobs: BlobStore, signal: AbortSignal): Promise<boolean> {
  try {
    await blobs.check(signal)
    return true
  } catch {
    signal.throwIfAborted()
    return false
  }
}

async function inLanes<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const rest = items.values()
  const lane = async () => {
    for (const item of rest) await task(item)
  }
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane))
}
