/**
 * @module One process to a data folder. The store keeps an index of what waits in memory, so that a second process
 * writing to the same file would corrupt what the first believes. The lock is SQLite's own file lock, held for life;
 * the operating system lets go of it however the process ends.
 */
import { StoreError } from '#store/store.ts'
import type { OpenConnection } from '#store/sqlite/driver.ts'

export function lockFile(open: OpenConnection, path: string): Disposable {
  const connection = open(path, { readOnly: false })
  try {
    connection.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    connection.close()
    throw new StoreError('unusable', 'Cannot open store: another process holds its lock file', {
      cause,
    })
  }
  return {
    [Symbol.dispose]: () => connection.close(),
  }
}
