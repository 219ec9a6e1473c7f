/**
 * @module Brings a database to the newest schema, each step in one transaction. The digest of each applied step is
 * kept, so that a database made by an edited or a newer release is refused and not half understood.
 */
import { createHash } from 'node:crypto'
import { StoreError } from '#store/store.ts'
import type { Connection } from '#store/sqlite/driver.ts'
import type { Migration } from '#store/sqlite/migrations/all.ts'

/** Returns the names of the migrations that were applied now. */
export function migrate(connection: Connection, migrations: readonly Migration[]): string[] {
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
    if (known === undefined || known.name !== step.name || digestOf(known) !== step.digest) {
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
      record.run(index, migration.name, digestOf(migration))
      connection.exec('COMMIT')
    } catch (cause) {
      connection.exec('ROLLBACK')
      throw new StoreError('unusable', `Cannot apply schema step "${migration.name}"`, { cause })
    }
    names.push(migration.name)
  }
  return names
}

function digestOf(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex')
}
