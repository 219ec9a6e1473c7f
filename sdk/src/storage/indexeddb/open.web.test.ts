import { afterEach, describe, expect, test } from 'vitest'
import type { Storage } from '#ports/storage.ts'
import { refuses, storageContract } from '#storage/contract.ts'
import { openIndexedDbShelf } from '#storage/indexeddb/open.ts'
import { answerOf } from '#storage/indexeddb/requests.ts'

const isThere = 'indexedDB' in globalThis
const presence = isThere ? '' : ' (only browsers have it)'

describe.skipIf(!isThere)(`IndexedDB${presence}`, () => {
  storageContract('indexeddb', {
    shelf: async () => openIndexedDbShelf(indexedDB, navigator.locks),
    again: async () => openIndexedDbShelf(indexedDB, navigator.locks),
    many: 100_000,
  })

  const cleanups: (() => PromiseLike<void> | void)[] = []
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup()
    for (const name of ['sotto-profile-home', 'sotto-profile-HOME', 'other']) {
      await answerOf(indexedDB.deleteDatabase(name))
    }
  })
  const open = async (mode: 'create' | 'existing', locks?: LockManager): Promise<Storage> => {
    const storage = await openIndexedDbShelf(indexedDB, locks).open('home', mode)
    cleanups.push(() => storage[Symbol.asyncDispose]())
    return storage
  }
  const database = async (name: string, version?: number): Promise<IDBDatabase> => {
    const found = await answerOf(indexedDB.open(name, version))
    cleanups.push(() => found.close())
    return found
  }

  describe('another worker', () => {
    test('that has the profile open keeps it to itself until it ends', async () => {
      await (await open('create', navigator.locks))[Symbol.asyncDispose]()
      const code = `navigator.locks.request('sotto-profile-home', () => {
        postMessage('held')
        return new Promise(() => {})
      })`
      const worker = new Worker(URL.createObjectURL(new Blob([code])))
      cleanups.push(() => worker.terminate())
      await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }))
      await refuses(() => open('existing', navigator.locks), 'profile-in-use')
      const shelf = openIndexedDbShelf(indexedDB, navigator.locks)
      await refuses(() => shelf.remove('home'), 'profile-in-use')
      worker.terminate()
      await navigator.locks.request('sotto-profile-home', () => {})
      const storage = await open('existing', navigator.locks)
      expect(await storage.get('notes', 'a')).toBeUndefined()
    })
  })

  describe('without Web Locks', () => {
    test('a shelf opens a profile once at a time', async () => {
      const shelf = openIndexedDbShelf(indexedDB)
      const storage = await shelf.open('home', 'create')
      cleanups.push(() => storage[Symbol.asyncDispose]())
      await refuses(() => shelf.open('home', 'existing'), 'profile-in-use')
      await refuses(() => shelf.open('home', 'create'), 'profile-exists')
      await storage[Symbol.asyncDispose]()
      await using again = await shelf.open('home', 'existing')
      expect(await again.get('notes', 'a')).toBeUndefined()
    })

    test('a profile that is removed elsewhere is closed here', async () => {
      const storage = await open('create')
      await openIndexedDbShelf(indexedDB).remove('home')
      await refuses(() => storage.get('notes', 'a'), 'closed')
      await refuses(() => open('existing'), 'profile-not-found')
    })
  })

  test('a value that is a view is stored without what is around it', async () => {
    const storage = await open('create')
    const memory = new Uint8Array(1000).fill(7)
    const value = memory.subarray(10, 20)
    await storage.write([{ kind: 'put', collection: 'notes', id: 'a', value }])
    const found = await storage.get('notes', 'a')
    expect(found?.buffer.byteLength).toBe(10)
  })

  test('databases of others are no profiles', async () => {
    for (const name of ['sotto-profile-HOME', 'other']) await database(name)
    await open('create')
    expect(await openIndexedDbShelf(indexedDB).names()).toEqual(['home'])
  })

  test('a database of a newer version, or without records, is damaged, and can be removed', async () => {
    for (const version of [1, 2]) {
      const made = await database('sotto-profile-home', version)
      made.close()
      await refuses(() => open('existing'), 'profile-damaged')
      await openIndexedDbShelf(indexedDB).remove('home')
      expect(await openIndexedDbShelf(indexedDB).names()).toEqual([])
    }
  })

  test('a record that nobody here wrote is damaged', async () => {
    await (await open('create'))[Symbol.asyncDispose]()
    const foreign = await database('sotto-profile-home')
    const transaction = foreign.transaction('record', 'readwrite')
    await answerOf(transaction.objectStore('record').put('text', ['notes', 'a']))
    foreign.close()
    const storage = await open('existing')
    await refuses(() => storage.get('notes', 'a'), 'profile-damaged')
    await refuses(() => storage.list('notes', { limit: 1 }), 'profile-damaged')
  })

  test.each([
    ['QuotaExceededError', 'storage-full'],
    ['UnknownError', 'storage-failed'],
  ] as const)('a browser that reports %s has written nothing', async (name, code) => {
    const storage = await open('create')
    const put = IDBObjectStore.prototype.put
    cleanups.push(() => void (IDBObjectStore.prototype.put = put))
    IDBObjectStore.prototype.put = function (value, key) {
      const [, id] = Array.isArray(key) ? key : []
      if (id === 'second') throw new DOMException('no', name)
      return put.call(this, value, key)
    }
    const write = (ids: readonly string[]): Promise<void> =>
      storage.write(
        ids.map((id) => ({ kind: 'put', collection: 'notes', id, value: new Uint8Array(1) })),
      )
    await refuses(() => write(['first', 'second']), code)
    expect(await storage.list('notes', { limit: 9 })).toEqual([])
    await write(['third'])
    expect(await storage.list('notes', { limit: 9 })).toHaveLength(1)
  })

  test('a write waits for the disk', async () => {
    const asked: unknown[] = []
    const transaction = IDBDatabase.prototype.transaction
    cleanups.push(() => void (IDBDatabase.prototype.transaction = transaction))
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
      asked.push([mode, options])
      return transaction.call(this, stores, mode, options)
    }
    const storage = await open('create')
    await storage.write([{ kind: 'delete', collection: 'notes', id: 'a' }])
    expect(asked).toEqual([['readwrite', { durability: 'strict' }]])
  })
})
