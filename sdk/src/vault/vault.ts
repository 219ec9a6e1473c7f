/**
 * @module A storage that encrypts, over one that does not: the engine cannot tell them apart, and what lies below holds
 * ciphertext, collections, ids and sizes.
 *
 * A random data key seals every record (`record-seal.ts`) and lies in the header under the passphrase's key
 * (`header.ts`). A new passphrase wraps the same data key anew.
 *
 * What it does not do: whoever can write to the files can put back an older state of a record, or take one away. Whoever
 * has a copy of an older header opens it with the passphrase of that time.
 */
import { equalBytes, wipe } from '@sotto/primitives'
import { SottoError } from '#errors.ts'
import type { Change, Range, Storage, StoredRecord } from '#ports/storage.ts'
import { checkChanges, checkPlace, checkRange } from '#storage/accepted.ts'
import { draw, type VaultDeps } from '#vault/deps.ts'
import { unwrapDataKey, wrapDataKey } from '#vault/header.ts'
import { nameKeyOf, nameOf } from '#vault/keyed-name.ts'
import { checkPassphrase } from '#vault/passphrase.ts'
import { openRecord, type RecordPlace, sealRecord } from '#vault/record-seal.ts'

/** Of the header. Nobody else reads or writes in its collection. */
const header: RecordPlace = { collection: 'vault', id: 'header' }

const dataKeyBytes = 32

interface Keys {
  readonly data: Uint8Array
  readonly names: Uint8Array
}

export class Vault implements Storage {
  readonly #deps: VaultDeps
  readonly #storage: Storage
  #keys: Keys | undefined
  /** Ends, and never fails, with the change of passphrase that was begun last. */
  #lastChange: Promise<void> = Promise.resolve()
  readonly #followers = new Set<(places: readonly RecordPlace[]) => void>()
  readonly #writing = new Set<Promise<void>>()
  /** While it is there, writes wait for it. */
  #stillness: Promise<void> | undefined

  private constructor(deps: VaultDeps, storage: Storage, dataKey: Uint8Array) {
    this.#deps = deps
    this.#storage = storage
    this.#keys = { data: dataKey, names: nameKeyOf(deps.primitives, dataKey) }
  }

  /**
   * In a storage where nothing is yet. When it resolves, the storage is the vault's to dispose. Refuses with
   * 'weak-passphrase', and with 'profile-exists' where there is a header.
   */
  static async create(deps: VaultDeps, storage: Storage, passphrase: string): Promise<Vault> {
    checkPassphrase(passphrase)
    if ((await storage.get(header.collection, header.id)) !== undefined) {
      throw new SottoError('profile-exists', 'Cannot create vault: there is one')
    }
    const dataKey = draw(deps.random, dataKeyBytes)
    try {
      await writeHeader(storage, await wrapDataKey(deps, dataKey, passphrase))
    } catch (error) {
      wipe(dataKey)
      throw error
    }
    return new Vault(deps, storage, dataKey)
  }

  /** When it resolves, the storage is the vault's to dispose. Refuses with 'wrong-passphrase' or 'profile-damaged'. */
  static async unlock(deps: VaultDeps, storage: Storage, passphrase: string): Promise<Vault> {
    const wrapped = await storage.get(header.collection, header.id)
    return new Vault(deps, storage, await unwrapDataKey(deps, wrapped, passphrase))
  }

  /** Takes the header away, and with it whatever way there is to what the storage holds. */
  static async forget(storage: Storage): Promise<void> {
    await storage.write([{ kind: 'delete', ...header }])
  }

  async get(collection: string, id: string): Promise<Uint8Array | undefined> {
    this.#opened()
    checkPlace(collection, id)
    refuseOwn(collection)
    const record = await this.#storage.get(collection, id)
    return record === undefined ? undefined : this.#open({ collection, id }, record)
  }

  async list(collection: string, range: Range): Promise<readonly StoredRecord[]> {
    this.#opened()
    checkRange(collection, range)
    refuseOwn(collection)
    const records = await this.#storage.list(collection, range)
    return records.map(({ id, value }) => ({ id, value: this.#open({ collection, id }, value) }))
  }

  async write(changes: readonly Change[]): Promise<void> {
    this.#opened()
    checkChanges(changes)
    for (const { collection } of changes) refuseOwn(collection)
    while (this.#stillness !== undefined) await this.#stillness
    const { data } = this.#opened()
    const { primitives, random } = this.#deps
    const sealed = changes.map((change) =>
      change.kind === 'delete'
        ? change
        : { ...change, value: sealRecord(primitives, data, random, change, change.value) },
    )
    const written = this.#writeAndTell(sealed)
    this.#writing.add(written)
    try {
      await written
    } finally {
      this.#writing.delete(written)
    }
  }

  /** Tells where something was written, when it is; until the returned function is called. */
  follow(changed: (places: readonly RecordPlace[]) => void): () => void {
    this.#followers.add(changed)
    return () => void this.#followers.delete(changed)
  }

  /** For reads that have to fit together: nothing is written meanwhile, writes wait. So it has to be short. */
  async still<Result>(read: () => Promise<Result>): Promise<Result> {
    while (this.#stillness !== undefined) await this.#stillness
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#stillness = promise
    try {
      await Promise.allSettled(this.#writing)
      return await read()
    } finally {
      this.#stillness = undefined
      resolve()
    }
  }

  /** An id by which a record is found again, and which means nothing to who does not have the data key. 64 hex digits. */
  keyedName(...parts: readonly (string | Uint8Array)[]): string {
    return nameOf(this.#deps.primitives, this.#opened().names, parts)
  }

  /** Refuses with 'wrong-passphrase' and 'weak-passphrase'; then, and when the write fails, the old one holds. */
  async changePassphrase(old: string, next: string): Promise<void> {
    this.#opened()
    checkPassphrase(next)
    await this.#inTurn(async () => {
      const wrapped = await this.#storage.get(header.collection, header.id)
      const dataKey = await unwrapDataKey(this.#deps, wrapped, old)
      try {
        // What it opens must be what the records are sealed with.
        if (!equalBytes(dataKey, this.#opened().data)) throw damaged()
        const rewrapped = await wrapDataKey(this.#deps, dataKey, next)
        this.#opened()
        await writeHeader(this.#storage, rewrapped)
      } finally {
        wipe(dataKey)
      }
    })
  }

  /** Wipes the keys. Whatever is asked afterwards is 'closed'; the storage stays held until the vault is disposed. */
  lock(): void {
    if (this.#keys === undefined) return
    wipe(this.#keys.data, this.#keys.names)
    this.#keys = undefined
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.lock()
    await this.#storage[Symbol.asyncDispose]()
  }

  async #writeAndTell(changes: readonly Change[]): Promise<void> {
    await this.#storage.write(changes)
    for (const changed of this.#followers) changed(changes)
  }

  #open(place: RecordPlace, record: Uint8Array): Uint8Array {
    const value = openRecord(this.#deps.primitives, this.#opened().data, place, record)
    if (value === undefined) throw damaged()
    return value
  }

  #opened(): Keys {
    if (this.#keys === undefined) throw new SottoError('closed', 'Cannot use vault: it is locked')
    return this.#keys
  }

  /** Two changes at once would both begin with the same passphrase, and one would be lost. */
  async #inTurn(change: () => Promise<void>): Promise<void> {
    const before = this.#lastChange
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#lastChange = promise
    await before
    try {
      await change()
    } finally {
      resolve()
    }
  }
}

async function writeHeader(storage: Storage, value: Uint8Array): Promise<void> {
  await storage.write([{ kind: 'put', ...header, value }])
}

function refuseOwn(collection: string): void {
  if (collection !== header.collection) return
  throw new SottoError('invalid-argument', 'Cannot use collection: it is the header of the vault')
}

function damaged(): SottoError {
  return new SottoError('profile-damaged', 'Cannot open record: it is not what was written')
}
