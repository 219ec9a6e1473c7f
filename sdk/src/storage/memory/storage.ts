/**
 * @module One profile in memory, while it is open.
 */
import type { Change, Range, Storage, StoredRecord } from '#ports/storage.ts'
import { checkChanges, checkPlace, checkRange, closed } from '#storage/accepted.ts'
import type { MemoryRecords } from '#storage/memory/records.ts'

export class MemoryStorage implements Storage {
  #records: MemoryRecords | undefined
  readonly #release: () => void

  constructor(records: MemoryRecords, release: () => void) {
    this.#records = records
    this.#release = release
  }

  async get(collection: string, id: string): Promise<Uint8Array | undefined> {
    const records = this.#opened()
    checkPlace(collection, id)
    return records.get(collection, id)
  }

  async list(collection: string, range: Range): Promise<readonly StoredRecord[]> {
    const records = this.#opened()
    checkRange(collection, range)
    return records.list(collection, range)
  }

  async write(changes: readonly Change[]): Promise<void> {
    const records = this.#opened()
    checkChanges(changes)
    for (const change of changes) records.apply(change)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#records === undefined) return
    this.#records = undefined
    this.#release()
  }

  #opened(): MemoryRecords {
    if (this.#records === undefined) throw closed()
    return this.#records
  }
}
