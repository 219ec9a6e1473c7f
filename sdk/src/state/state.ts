/**
 * @module All that a messenger remembers, and the one way to change it: steps that follow each other, each written at once
 * and whole. What a step says to the outside is said when its changes are on disk.
 */
import { SottoError } from '#errors.ts'
import type { Range, Storage, StoredRecord } from '#ports/storage.ts'
import { type Reader, Work } from '#state/work.ts'

/** Where a record stands. */
export interface Place {
  readonly collection: string
  readonly id: string
}

/** A state, for whoever keeps something of it in mind. */
export interface StateToFollow extends Reader {
  /** Tells where something was written, when it is; until the returned function is called. */
  follow(changed: (places: readonly Place[]) => void): () => void
}

export class State implements StateToFollow {
  readonly #records: Storage
  /** Ends, and never fails, with the step that was begun last. */
  #last: Promise<void> = Promise.resolve()
  #isClosed = false
  readonly #followers = new Set<(places: readonly Place[]) => void>()

  constructor(records: Storage) {
    this.#records = records
  }

  get(collection: string, id: string): Promise<Uint8Array | undefined> {
    return this.#records.get(collection, id)
  }

  list(collection: string, range: Range): Promise<readonly StoredRecord[]> {
    return this.#records.list(collection, range)
  }

  /** After all steps before. Rejects with what the step throws, or what writing throws; then nothing has changed. */
  async change<Result>(step: (work: Work) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new SottoError('closed', 'Cannot change anything: closed')
    const before = this.#last
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#last = promise
    await before
    const work = new Work(this.#records)
    let isWritten = false
    try {
      const result = await step(work)
      const changes = work.changes()
      if (changes.length > 0) await this.#records.write(changes)
      isWritten = true
      for (const changed of this.#followers) changed(changes)
      return result
    } finally {
      work.finish(isWritten)
      resolve()
    }
  }

  follow(changed: (places: readonly Place[]) => void): () => void {
    this.#followers.add(changed)
    return () => void this.#followers.delete(changed)
  }

  /** Takes no more steps, and resolves when those that were begun are over. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
  }
}
