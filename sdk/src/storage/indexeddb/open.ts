/**
 * @module Profiles in a browser: one database of IndexedDB each, for the origin of the page. A browser may throw them away
 * when the disk is full, unless the page has asked for them to stay (`navigator.storage.persist()`).
 *
 * With Web Locks, a profile is open in one page or worker at a time; the lock ends with its page, however that ends.
 * Without them another page is not noticed, and two that have the same profile open undo each other's work.
 */
import { SottoError } from '#errors.ts'
import type { Shelf } from '#ports/storage.ts'
import { checkName, isProfileName } from '#storage/accepted.ts'
import { openDatabase } from '#storage/indexeddb/database.ts'
import { answerOf, failure } from '#storage/indexeddb/requests.ts'
import { lockHolder } from '#storage/indexeddb/hold.ts'
import { IndexedDbStorage } from '#storage/indexeddb/storage.ts'

const prefix = 'sotto-profile-'

/** With `indexedDB` and `navigator.locks` of the page or worker. */
export function openIndexedDbShelf(indexedDB: IDBFactory, locks?: LockManager): Shelf {
  const hold = lockHolder(locks)
  const names = async (): Promise<readonly string[]> => {
    const databases = await attempt('list profiles', () => indexedDB.databases())
    return databases
      .flatMap(({ name = '' }) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
      .filter(isProfileName)
      .toSorted()
  }
  return {
    names,
    open: async (name, mode) => {
      checkName(name)
      const release = await hold(prefix + name)
      // Whether there is one matters more than whether it is open.
      if (release === undefined) throw mode === 'create' ? exists() : inUse()
      try {
        const database = await openDatabase(indexedDB, prefix + name, mode)
        if (database === 'taken') throw exists()
        if (database === 'missing') throw notFound()
        return new IndexedDbStorage(database, release)
      } catch (cause) {
        release()
        throw failure(`${mode === 'create' ? 'create' : 'open'} profile`, cause)
      }
    },
    remove: async (name) => {
      checkName(name)
      const release = await hold(prefix + name)
      if (release === undefined) throw inUse()
      try {
        if (!(await names()).includes(name)) throw notFound()
        await attempt('remove profile', () => answerOf(indexedDB.deleteDatabase(prefix + name)))
      } finally {
        release()
      }
    },
  }
}

async function attempt<Result>(action: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (cause) {
    throw failure(action, cause)
  }
}

function exists(): SottoError {
  return new SottoError('profile-exists', 'Cannot create profile: its name is taken')
}

function inUse(): SottoError {
  return new SottoError('profile-in-use', 'Cannot open profile: it is open elsewhere')
}

function notFound(): SottoError {
  return new SottoError('profile-not-found', 'Cannot open profile: there is none of this name')
}
