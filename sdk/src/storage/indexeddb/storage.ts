/**
 * @module One profile in its database, while it is open. A write is one transaction, which waits for the disk.
 */
import { SottoError } from '#errors.ts'
import type { Change, Range, Storage, StoredRecord } from '#ports/storage.ts'
import { behindAllIds, checkChanges, checkPlace, checkRange, closed } from '#storage/accepted.ts'
import { recordStore } from '#storage/indexeddb/database.ts'
import { answerOf, endOf, failure } from '#storage/indexeddb/requests.ts'

/** What IndexedDB takes for a count. */
const maxCount = 2 ** 32 - 1

export class IndexedDbStorage implements Storage {
  #database: IDBDatabase | undefined
  readonly #release: () => void

  constructor(database: IDBDatabase, release: () => void) {
    this.#database = database
    this.#release = release
    // Where there are no locks, another page may be removing the profile.
    database.addEventListener('versionchange', () => this.#close())
  }

  async get(collection: string, id: string): Promise<Uint8Array | undefined> {
    const database = this.#opened()
    checkPlace(collection, id)
    try {
      const value: unknown = await answerOf(reading(database).get([collection, id]))
      return value === undefined ? undefined : bytesOf(value)
    } catch (cause) {
      throw failure('read record', cause)
    }
  }

  async list(collection: string, range: Range): Promise<readonly StoredRecord[]> {
    const database = this.#opened()
    checkRange(collection, range)
    const { from = '', before = behindAllIds, order } = range
    const limit = Math.min(range.limit, maxCount)
    // IndexedDB throws for such bounds.
    if (from >= before) return []
    try {
      const store = reading(database)
      if (order !== 'descending') {
        return await ascending(store, rangeOf(collection, from, before), limit)
      }
      const all = rangeOf(collection, from, before)
      const first = await firstOfLast(store, all, limit)
      const last = first === undefined ? all : rangeOf(collection, first, before)
      return (await ascending(store, last, limit)).toReversed()
    } catch (cause) {
      throw failure('list records', cause)
    }
  }

  async write(changes: readonly Change[]): Promise<void> {
    const database = this.#opened()
    checkChanges(changes)
    if (changes.length === 0) return
    try {
      await apply(database.transaction(recordStore, 'readwrite', { durability: 'strict' }), changes)
    } catch (cause) {
      throw failure('write records', cause)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#close()
  }

  /** What has begun comes to its end first, says IndexedDB. */
  #close(): void {
    if (this.#database === undefined) return
    this.#database.close()
    this.#database = undefined
    this.#release()
  }

  #opened(): IDBDatabase {
    if (this.#database === undefined) throw closed()
    return this.#database
  }
}

async function apply(transaction: IDBTransaction, changes: readonly Change[]): Promise<void> {
  const end = endOf(transaction)
  try {
    putAll(transaction.objectStore(recordStore), changes)
  } catch (error) {
    // What was put before would be kept.
    transaction.abort()
    await end.catch(() => {})
    throw error
  }
  await end
}

/** All of them at once: a transaction that nothing is asked of ends. */
function putAll(store: IDBObjectStore, changes: readonly Change[]): void {
  for (const change of changes) {
    const key = [change.collection, change.id]
    // Of a view, everything that it is a view of would be stored.
    if (change.kind === 'put') store.put(new Uint8Array(change.value), key)
    else store.delete(key)
  }
}

function reading(database: IDBDatabase): IDBObjectStore {
  return database.transaction(recordStore, 'readonly').objectStore(recordStore)
}

function rangeOf(collection: string, from: string, before: string): IDBKeyRange {
  return IDBKeyRange.bound([collection, from], [collection, before], false, true)
}

async function ascending(
  store: IDBObjectStore,
  range: IDBKeyRange,
  limit: number,
): Promise<StoredRecord[]> {
  const [keys, values] = await Promise.all([
    answerOf(store.getAllKeys(range, limit)),
    answerOf(store.getAll(range, limit)),
  ])
  return keys.map((key, at) => ({ id: idOf(key), value: bytesOf(values[at]) }))
}

/** The id at which the last so many begin, in two steps and not in as many; undefined when there are fewer. */
async function firstOfLast(
  store: IDBObjectStore,
  range: IDBKeyRange,
  limit: number,
): Promise<string | undefined> {
  const request = store.openKeyCursor(range, 'prev')
  const last = await answerOf(request)
  if (last === null) return undefined
  if (limit === 1) return idOf(last.key)
  last.advance(limit - 1)
  const first = await answerOf(request)
  return first === null ? undefined : idOf(first.key)
}

function idOf(key: IDBValidKey): string {
  const id = Array.isArray(key) ? key[1] : undefined
  if (typeof id === 'string') return id
  throw damaged()
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value
  throw damaged()
}

function damaged(): SottoError {
  return new SottoError('profile-damaged', 'Cannot read record: it is not what was written')
}
