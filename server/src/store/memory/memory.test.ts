import { storeContract } from '#store/contract.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const shared = openMemoryStore()

storeContract('memory', {
  open: async () => openMemoryStore(),
  shared: async () => shared,
  reopen: undefined,
})
