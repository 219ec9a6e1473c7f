/**
 * @module A profile's file, and the lock that says who has it.
 */
import { statSync } from 'node:fs'
import { SottoError } from '#errors.ts'
import type { Connection, OpenConnection } from '#storage/sqlite/driver.ts'
import { failure } from '#storage/sqlite/failures.ts'
import { takeLock } from '#storage/sqlite/schema.ts'

/**
 * Whoever comes while the file is being removed may open it still, and then hold the lock of what has no name any more:
 * that the file at this path is the same before and afterwards rules it out.
 */
export function openLocked(open: OpenConnection, path: string): Connection {
  const before = fileAt(path)
  if (before === undefined) throw notFound()
  const connection = open(path)
  try {
    takeLock(connection)
    if (fileAt(path) !== before) throw notFound()
    return connection
  } catch (cause) {
    connection.close()
    // SQLite may have noticed too, and calls it a failure of the disk.
    throw fileAt(path) === before ? cause : notFound()
  }
}

/** Which file it is: of a name that is given again it is another. It is not opened, which would end SQLite's locks. */
function fileAt(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false })
  return found === undefined ? undefined : `${found.dev}:${found.ino}`
}

/** A file that is damaged, or no database at all, has no lock that anybody could hold. */
export function lockForRemoval(open: OpenConnection, path: string): Disposable {
  try {
    const connection = openLocked(open, path)
    return { [Symbol.dispose]: () => connection.close() }
  } catch (cause) {
    if (failure('open', cause).code !== 'profile-damaged') throw cause
    return { [Symbol.dispose]: () => {} }
  }
}

function notFound(): SottoError {
  return new SottoError('profile-not-found', 'Cannot open profile: there is none of this name')
}
