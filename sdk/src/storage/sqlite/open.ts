/**
 * @module Profiles as files of one folder: `NAME.sqlite`, and beside it its log while it is open. Folder and files are
 * for their owner alone.
 *
 * | moment | what |
 * |---|---|
 * | opening | takes the lock of the file, which ends with the process; a second one is 'profile-in-use' |
 * | kill -9, power cut | what was answered is in the log, and there at the next opening |
 * | the disk is full | the write is 'storage-full', and nothing has changed |
 * | closing | the log is taken up into the file, and gone |
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { SottoError } from '#errors.ts'
import type { Shelf, Storage } from '#ports/storage.ts'
import { checkName, isProfileName } from '#storage/accepted.ts'
import { type Connection, type OpenConnection, selectDriver } from '#storage/sqlite/driver.ts'
import { failure, isSystemError } from '#storage/sqlite/failures.ts'
import { prepare, takeLock } from '#storage/sqlite/schema.ts'
import { SqliteStorage } from '#storage/sqlite/storage.ts'

export interface SqliteShelfOptions {
  /** How large a file may become, in pages of 4096 bytes; without it the disk decides. */
  readonly maxPages?: number | undefined
}

const extension = '.sqlite'
/** Of SQLite, beside the file. The last is of files that never came to have a log. */
const companions = ['-wal', '-shm', '-journal']

/** `directory` is made when the first profile is. */
export function openSqliteShelf(directory: string, options: SqliteShelfOptions = {}): Shelf {
  const pathOf = (name: string): string => {
    checkName(name)
    return join(directory, `${name}${extension}`)
  }
  return {
    names: async () => {
      try {
        return namesIn(directory)
      } catch (cause) {
        if (isSystemError(cause, 'ENOENT')) return []
        throw failure('list profiles', cause)
      }
    },
    open: async (name, mode) => {
      const path = pathOf(name)
      const open = await selectDriver()
      try {
        if (mode === 'create') createFile(directory, path)
        return openStorage(open, path, options)
      } catch (cause) {
        throw failure(`${mode === 'create' ? 'create' : 'open'} profile`, cause)
      }
    },
    remove: async (name) => {
      const path = pathOf(name)
      const open = await selectDriver()
      try {
        removeFile(open, directory, path)
      } catch (cause) {
        throw failure('remove profile', cause)
      }
    },
  }
}

function namesIn(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(extension))
    .map((file) => file.slice(0, -extension.length))
    .filter(isProfileName)
    .toSorted()
}

function createFile(directory: string, path: string): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  try {
    // SQLite would give it the rights that are customary. Its companions get those of the file.
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error
    throw new SottoError('profile-exists', 'Cannot create profile: its name is taken')
  }
  syncFolder(directory)
}

function openStorage(
  open: OpenConnection,
  path: string,
  { maxPages }: SqliteShelfOptions,
): Storage {
  const connection = openLocked(open, path)
  try {
    prepare(connection)
    if (maxPages !== undefined) connection.exec(`PRAGMA max_page_count=${Math.floor(maxPages)}`)
    return new SqliteStorage(connection)
  } catch (cause) {
    connection.close()
    throw cause
  }
}

/**
 * Whoever comes while the file is being removed may open it still, and then hold the lock of what has no name any more:
 * that the file at this path is the same before and afterwards rules it out.
 */
function openLocked(open: OpenConnection, path: string): Connection {
  const before = fileAt(path)
  if (before === undefined) throw notFound()
  const connection = open(path)
  try {
    takeLock(connection)
    if (fileAt(path) !== before) throw notFound()
    return connection
  } catch (cause) {
    connection.close()
    throw cause
  }
}

/** Which file it is: of a name that is given again it is another. It is not opened, which would end SQLite's locks. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.dev}:${found.ino}`
}

function removeFile(open: OpenConnection, directory: string, path: string): void {
  using _lock = lockForRemoval(open, path)
  // A log without its file is nothing; a file without its log would be an older profile.
  for (const end of ['', ...companions]) rmSync(`${path}${end}`, { force: true })
  syncFolder(directory)
}

/** A file that is damaged, or no database at all, has no lock that anybody could hold. */
function lockForRemoval(open: OpenConnection, path: string): Disposable {
  try {
    const connection = openLocked(open, path)
    foldLog(connection)
    return { [Symbol.dispose]: () => connection.close() }
  } catch (cause) {
    if (failure('open', cause).code !== 'profile-damaged') throw cause
    return { [Symbol.dispose]: () => {} }
  }
}

/** Closing removes the log by its name, which by then may be that of a new profile's: without a log it removes nothing. */
function foldLog(connection: Connection): void {
  try {
    connection.exec('PRAGMA journal_mode=DELETE')
  } catch {
    // There is no room for it, and removing is what makes room.
  }
}

/** That a file has its name is a change of the folder, and survives a power cut when the folder is on disk. */
function syncFolder(directory: string): void {
  const folder = openSync(directory, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function notFound(): SottoError {
  return new SottoError('profile-not-found', 'Cannot open profile: there is none of this name')
}
