import { storageContract } from '#storage/contract.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

storageContract('memory', {
  shelf: async () => openMemoryShelf(),
  again: undefined,
  many: 100_000,
})
