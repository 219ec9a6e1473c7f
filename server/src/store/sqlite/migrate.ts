/**
 * @module Brings a database to the newest schema, each step in one transaction. The digest of each applied step is
 * kept, so that a database made by an edited or a newer release is refused and not half understood.
 */
import { StoreError } from '#store/store.ts'
import type { Connection } from '#store/sqlite/driver.ts'
import type { Migration } from '#store/sqlite/migrations/all.ts'

/** Throws for a database that another program made: nothing of it is changed. */
export function refuseForeign(connection: Connection): void {
  const tables = connection
    .prepare<{ name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all()
    .map(({ name }) => name)
  if (tables.length === 0 || tables.includes('migration')) return
  throw new StoreError(
    'unusable',
    `Cannot open store: the file is another program's database, with a table "${tables[0] ?? ''}"`,
  )
}

/** Returns the names of the migrations that were applied now. */
export async function migrate(
  connection: Connection,
  migrations: readonly Migration[],
): Promise<string[]> {
  const digests = await Promise.all(migrations.map(digestOf))

  connection.exec(`CREATE TABLE IF NOT EXISTS migration (
    position INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL) STRICT`)
  const applied = connection
    .prepare<{ position: number; name: string; digest: string }>(
      'SELECT position, name, digest FROM migration ORDER BY position',
    )
    .all()
  if (applied.length > migrations.length) {
    const newest = applied.at(-1)?.name ?? ''
    throw new StoreError(
      'unusable',
      `Cannot open store: it was written by a newer release, schema "${newest}", and this one knows ${migrations.length} of ${applied.length} steps`,
    )
  }
  for (const [index, step] of applied.entries()) {
    const known = migrations[index]
    if (known === undefined || known.name !== step.name || digests[index] !== step.digest) {
      throw new StoreError(
        'unusable',
        `Cannot open store: its schema step "${step.name}" differs from the one that this release knows`,
      )
    }
  }
  const record = connection.prepare('INSERT INTO migration VALUES (?, ?, ?)')
  const names: string[] = []
  for (const [index, migration] of migrations.entries()) {
    if (index < applied.length) continue
    connection.exec('BEGIN IMMEDIATE')
    try {
      connection.exec(migration.sql)
      await migration.move?.(connection)
      record.run(index, migration.name, digests[index] ?? '')
      connection.exec('COMMIT')
    } catch (cause) {
      connection.exec('ROLLBACK')
      throw new StoreError('unusable', `Cannot apply schema step "${migration.name}"`, { cause })
    }
    names.push(migration.name)
  }
  return names
}

/** SHA-256, by WebCrypto: the writing thread needs nothing else of `node:crypto`, which would take 1.4 MB of it. */
async function digestOf({ sql }: Migration): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(sql))
  return Buffer.from(digest).toString('hex')
}
