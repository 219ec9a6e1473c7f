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
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { SottoError } from '#errors.ts'
import type { Shelf, Storage } from '#ports/storage.ts'
import { checkName, isProfileName } from '#storage/accepted.ts'
import { type OpenConnection, selectDriver } from '#storage/sqlite/driver.ts'
import { failure, isSystemError } from '#storage/sqlite/failures.ts'
import { lockForRemoval, openLocked } from '#storage/sqlite/locked-file.ts'
import { prepare } from '#storage/sqlite/schema.ts'
import { SqliteStorage } from '#storage/sqlite/storage.ts'

/** What bounds its files. */
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

function removeFile(open: OpenConnection, directory: string, path: string): void {
  using _lock = lockForRemoval(open, path)
  // A log without its file is nothing; a file without its log would be an older profile.
  for (const end of ['', ...companions]) rmSync(`${path}${end}`, { force: true })
  syncFolder(directory)
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
