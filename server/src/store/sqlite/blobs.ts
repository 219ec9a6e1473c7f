/**
 * @module Which attachments exist, in SQLite.
 */
import type { BlobId } from '@sotto/wire'
import type { BlobRecord, BlobRecordStore } from '#store/store.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import type { Writer } from '#store/sqlite/writer.ts'

// ------------------------------------------------------------------------------------- the writing thread

export function blobPrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  const insert = connection.prepare('INSERT INTO blob VALUES (?, ?)')
  const remove = connection.prepare('DELETE FROM blob WHERE id = ?')
  return {
    'blobs.add': (record: BlobRecord) => insert.run(record.id, record.expiresAtMillis),
    'blobs.remove': (ids: readonly Uint8Array[]) => {
      for (const id of ids) remove.run(id)
    },
  }
}

// --------------------------------------------------------------------------------------- the relay's thread

interface BlobRow {
  readonly id: Uint8Array
  readonly expires_at: number
}

export class SqliteBlobs implements BlobRecordStore {
  readonly #writer: Writer
  readonly #select: Statement<BlobRow>
  readonly #selectExpired: Statement<BlobRow>

  constructor(writer: Writer, reader: Connection) {
    this.#writer = writer
    this.#select = reader.prepare('SELECT id, expires_at FROM blob WHERE id = ?')
    this.#selectExpired = reader.prepare(
      'SELECT id, expires_at FROM blob WHERE expires_at <= ? ORDER BY expires_at LIMIT ?',
    )
  }

  add(record: BlobRecord): Promise<void> {
    return this.#writer.call('blobs.add', record)
  }

  async find(id: BlobId): Promise<BlobRecord | undefined> {
    const row = this.#select.get(id)
    return row === undefined ? undefined : { id, expiresAtMillis: row.expires_at }
  }

  async expired(nowMillis: number, limit: number): Promise<readonly BlobId[]> {
    // The column holds nothing but blobs' ids.
    return this.#selectExpired.all(nowMillis, limit).map((row) => row.id as BlobId)
  }

  remove(ids: readonly BlobId[]): Promise<void> {
    return this.#writer.call('blobs.remove', ids)
  }
}
