/**
 * @module The database of a profile: one object store, where a record's key is its collection and its id.
 */
import { SottoError } from '#errors.ts'
import { answerOf } from '#storage/indexeddb/requests.ts'

export const recordStore = 'record'

const version = 1

/** Which of the two there is shows only in opening, which makes what is missing: that is taken back, or wanted. */
export async function openDatabase(
  indexedDB: IDBFactory,
  name: string,
  mode: 'create' | 'existing',
): Promise<IDBDatabase | 'taken' | 'missing'> {
  const request = indexedDB.open(name, version)
  let isNew = false
  request.addEventListener('upgradeneeded', () => {
    isNew = true
    if (mode === 'create') request.result.createObjectStore(recordStore)
    else request.transaction?.abort()
  })
  let database: IDBDatabase
  try {
    database = await answerOf(request)
  } catch (error) {
    if (isNew && mode === 'existing') return 'missing'
    throw error
  }
  if (mode === 'create' && !isNew) {
    database.close()
    return 'taken'
  }
  if (!database.objectStoreNames.contains(recordStore)) {
    database.close()
    throw new SottoError('profile-damaged', 'Cannot open profile: its database is no profile')
  }
  return database
}
