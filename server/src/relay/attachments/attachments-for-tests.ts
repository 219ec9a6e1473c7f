/**
 * @module What tests of attachments stand on: a folder of their own, records in memory, a clock and randomness that
 * they hold in their hands.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AccountId } from '@sotto/wire'
import type { Clock, Randomness } from '#relay/clock.ts'
import type { BlobStore } from '#store/blobs/blobs.ts'
import { openDiskBlobs } from '#store/blobs/disk.ts'
import { MemoryBlobs } from '#store/memory/blobs.ts'
import type { BlobRecordStore } from '#store/store.ts'

export interface TestAttachments extends AsyncDisposable {
  readonly folder: string
  readonly blobs: BlobStore
  readonly records: BlobRecordStore
  readonly clock: Clock & { set(millis: number): void }
  readonly randomness: Randomness
}

export const startMillis = Date.UTC(2026, 0, 1)

export async function openTestAttachments(): Promise<TestAttachments> {
  const folder = await mkdtemp(join(tmpdir(), 'sotto-attachments-'))
  const randomness = countingRandomness()
  const blobs = await openDiskBlobs({
    folder,
    maxTotalBytes: 0,
    randomBytes: (length) => randomness.bytes(length),
  })
  let nowMillis = startMillis
  return {
    folder,
    blobs,
    records: new MemoryBlobs(),
    clock: { now: () => nowMillis, set: (millis) => (nowMillis = millis) },
    randomness,
    async [Symbol.asyncDispose]() {
      await blobs[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Different each time, the same in each run. */
export function countingRandomness(): Randomness {
  let count = 0
  return {
    bytes(length) {
      const bytes = new Uint8Array(length)
      new DataView(bytes.buffer).setUint32(0, Math.imul(++count, 0x9e3779b1))
      return bytes
    },
  }
}

export function testAccount(number: number): AccountId {
  return new Uint8Array(16).fill(number) as AccountId
}
