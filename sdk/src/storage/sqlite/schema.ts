/**
 * @module What a profile's file looks like, and how it is brought to be so. Taking the lock comes first, and nothing of a
 * foreign file is changed.
 */
import { SottoError } from '#errors.ts'
import type { Connection } from '#storage/sqlite/driver.ts'

/** "Sott": SQLite keeps it for the program that a file belongs to. */
export const applicationId = 0x536f7474

export const schemaVersion = 1

/** Ids are ASCII, which SQLite's default order compares as it should. */
const schema = `
CREATE TABLE record (
  collection TEXT NOT NULL,
  id         TEXT NOT NULL,
  value      BLOB NOT NULL,
  PRIMARY KEY (collection, id)
) STRICT, WITHOUT ROWID;
PRAGMA application_id=${applicationId};
PRAGMA user_version=${schemaVersion};
`

/** The lock is SQLite's own, held for life; the operating system lets go of it however the process ends. */
export function takeLock(connection: Connection): void {
  connection.exec('PRAGMA busy_timeout=0; PRAGMA locking_mode=EXCLUSIVE')
  connection.exec('BEGIN EXCLUSIVE; COMMIT')
}

/** Refuses what another program or a newer version of this one made; makes what is missing in an empty file. */
export function prepare(connection: Connection): void {
  const tables = pragma(connection, 'SELECT count(*) AS found FROM sqlite_schema')
  const owner = pragma(connection, 'SELECT application_id AS found FROM pragma_application_id')
  const version = pragma(connection, 'SELECT user_version AS found FROM pragma_user_version')
  const isEmpty = tables === 0 && owner === 0 && version === 0
  if (!isEmpty && owner !== applicationId) {
    throw new SottoError('profile-damaged', 'Cannot open profile: its file is no profile')
  }
  if (!isEmpty && version !== schemaVersion) {
    throw new SottoError(
      'profile-damaged',
      `Cannot open profile: its file has version ${version}, and this program knows ${schemaVersion}`,
    )
  }
  connection.exec(`
    PRAGMA journal_mode=WAL;
    PRAGMA synchronous=FULL;
    PRAGMA secure_delete=ON;
    PRAGMA temp_store=MEMORY;
  `)
  if (isEmpty) connection.exec(`BEGIN; ${schema} COMMIT`)
}

function pragma(connection: Connection, sql: string): number | undefined {
  return connection.prepare<{ readonly found: number }>(sql).get()?.found
}
