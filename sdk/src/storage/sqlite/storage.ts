/**
 * @module One profile in its file, while it is open. A write is one transaction, and one wait for the disk.
 */
import type { Change, Range, Storage, StoredRecord } from '#ports/storage.ts'
import { behindAllIds, checkChanges, checkPlace, checkRange, closed } from '#storage/accepted.ts'
import type { Connection, Statement } from '#storage/sqlite/driver.ts'
import { failure } from '#storage/sqlite/failures.ts'

const getSql = 'SELECT value FROM record WHERE collection = ? AND id = ?'
const listSql = 'SELECT id, value FROM record WHERE collection = ? AND id >= ? AND id < ?'
const ascendingSql = `${listSql} ORDER BY id LIMIT ?`
const descendingSql = `${listSql} ORDER BY id DESC LIMIT ?`
const putSql = `INSERT INTO record (collection, id, value) VALUES (?, ?, ?)
  ON CONFLICT (collection, id) DO UPDATE SET value = excluded.value`
const deleteSql = 'DELETE FROM record WHERE collection = ? AND id = ?'

export class SqliteStorage implements Storage {
  #connection: Connection | undefined
  readonly #get: Statement<Pick<StoredRecord, 'value'>>
  readonly #ascending: Statement<StoredRecord>
  readonly #descending: Statement<StoredRecord>
  readonly #put: Statement<never>
  readonly #delete: Statement<never>

  /** The connection is locked and has the schema; from now on it is the storage's. */
  constructor(connection: Connection) {
    this.#connection = connection
    this.#get = connection.prepare(getSql)
    this.#ascending = connection.prepare(ascendingSql)
    this.#descending = connection.prepare(descendingSql)
    this.#put = connection.prepare(putSql)
    this.#delete = connection.prepare(deleteSql)
  }

  async get(collection: string, id: string): Promise<Uint8Array | undefined> {
    this.#opened()
    checkPlace(collection, id)
    try {
      return this.#get.get(collection, id)?.value
    } catch (cause) {
      throw failure('read record', cause)
    }
  }

  async list(collection: string, range: Range): Promise<readonly StoredRecord[]> {
    this.#opened()
    checkRange(collection, range)
    const { from = '', before = behindAllIds, order, limit } = range
    const statement = order === 'descending' ? this.#descending : this.#ascending
    try {
      return statement.all(collection, from, before, limit)
    } catch (cause) {
      throw failure('list records', cause)
    }
  }

  async write(changes: readonly Change[]): Promise<void> {
    const connection = this.#opened()
    checkChanges(changes)
    if (changes.length === 0) return
    try {
      connection.exec('BEGIN IMMEDIATE')
      for (const change of changes) this.#apply(change)
      connection.exec('COMMIT')
    } catch (cause) {
      rollBack(connection)
      throw failure('write records', cause)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connection = this.#connection
    this.#connection = undefined
    connection?.close()
  }

  #apply(change: Change): void {
    if (change.kind === 'put') this.#put.run(change.collection, change.id, change.value)
    else this.#delete.run(change.collection, change.id)
  }

  #opened(): Connection {
    if (this.#connection === undefined) throw closed()
    return this.#connection
  }
}

function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } catch {
    // SQLite rolls back by itself on some errors, and then says that there is nothing to roll back.
  }
}
