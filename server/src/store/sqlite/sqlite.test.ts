import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach } from 'vitest'
import { storeContract } from '#store/contract.ts'
import { openSqliteStore, type SqliteStore } from '#store/sqlite/open.ts'
import type { Store } from '#store/store.ts'

const paths = new Map<Store, string>()
const open: { store: SqliteStore; folder: string }[] = []

async function openAt(folder: string): Promise<SqliteStore> {
  const store = await openSqliteStore({ path: join(folder, 'relay.db') })
  paths.set(store, folder)
  open.push({ store, folder })
  return store
}

let shared: Promise<SqliteStore> | undefined
const sharedFolder = mkdtempSync(join(tmpdir(), 'sotto-store-'))
afterAll(async () => {
  await (await shared)?.[Symbol.asyncDispose]()
  rmSync(sharedFolder, { recursive: true, force: true })
})

afterEach(async () => {
  for (const { store, folder } of open.splice(0)) {
    await store[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
})

storeContract('sqlite', {
  open: () => openAt(mkdtempSync(join(tmpdir(), 'sotto-store-'))),
  shared: () => (shared ??= openSqliteStore({ path: join(sharedFolder, 'relay.db') })),
  async reopen(store) {
    const folder = paths.get(store)
    if (folder === undefined) throw new TypeError('not a store of this suite')
    await store[Symbol.asyncDispose]()
    return openAt(folder)
  },
})
