import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
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

afterEach(async () => {
  for (const { store, folder } of open.splice(0)) {
    await store[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
})

storeContract('sqlite', {
  open: () => openAt(mkdtempSync(join(tmpdir(), 'sotto-store-'))),
  async reopen(store) {
    const folder = paths.get(store)
    if (folder === undefined) throw new TypeError('not a store of this suite')
    await store[Symbol.asyncDispose]()
    return openAt(folder)
  },
})
