import { storeContract } from '#store/contract.ts'
import { openMemoryStore } from '#store/memory/open.ts'

storeContract('memory', { open: async () => openMemoryStore(), reopen: undefined })
