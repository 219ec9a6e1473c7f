/**
 * @module Which attachments exist, in memory.
 */
import type { BlobId } from '@sotto/wire'
import type { BlobRecord, BlobRecordStore } from '#store/store.ts'
import { keyOf } from '#store/memory/mailboxes.ts'

export class MemoryBlobs implements BlobRecordStore {
  readonly #records = new Map<string, BlobRecord>()

  async add(record: BlobRecord): Promise<void> {
    this.#records.set(keyOf(record.id), record)
  }

  async find(id: BlobId): Promise<BlobRecord | undefined> {
    return this.#records.get(keyOf(id))
  }

  async expired(nowMillis: number, limit: number): Promise<readonly BlobId[]> {
    return [...this.#records.values()]
      .filter((record) => record.expiresAtMillis <= nowMillis)
      .toSorted((a, b) => a.expiresAtMillis - b.expiresAtMillis)
      .slice(0, limit)
      .map((record) => record.id)
  }

  async remove(ids: readonly BlobId[]): Promise<void> {
    for (const id of ids) this.#records.delete(keyOf(id))
  }
}
