/**
 * @module What a record costs to seal and to open, and a passphrase to check: `bun sdk/src/vault/vault.bench.ts`, or
 * `node`. A record of 300 bytes is to take less than 25 µs each way on Bun.
 */
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { openMemoryShelf } from '#storage/memory/open.ts'
import type { VaultDeps } from '#vault/deps.ts'
import { openRecord, sealRecord } from '#vault/record-seal.ts'
import { Vault } from '#vault/vault.ts'

const primitives = await openPrimitives()
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const dataKey = random(32)
const place = { collection: 'messages', id: '0123456789abcdef0123456789abcdef' }

for (const bytes of [300, 4096, 65_536]) {
  const value = random(bytes)
  const sealed = sealRecord(primitives, dataKey, random, place, value)
  const seal = micros(() => sealRecord(primitives, dataKey, random, place, value))
  const open = micros(() => openRecord(primitives, dataKey, place, sealed))
  console.log(`${bytes} bytes: seal ${seal.toFixed(1)} µs, open ${open.toFixed(1)} µs`)
}

const deps: VaultDeps = { primitives, argon2id, random }
await using shelf = await openMemoryShelf().open('bench', 'create')
const startedAt = performance.now()
const vault = await Vault.create(deps, shelf, 'a passphrase for benchmarks')
console.log(`create a vault: ${(performance.now() - startedAt).toFixed(0)} ms`)
const name = micros(() => vault.keyedName('contact', dataKey))
console.log(`a keyed name: ${name.toFixed(1)} µs`)

/** The mean of the best of eight rounds of about 20 ms, behind two to warm up. */
function micros(run: () => unknown): number {
  let best = Infinity
  let count = 20
  for (let round = 0; round < 10; round++) {
    const roundAt = performance.now()
    for (let i = 0; i < count; i++) run()
    const millis = performance.now() - roundAt
    if (round >= 2) best = Math.min(best, (1000 * millis) / count)
    count = Math.max(20, Math.ceil((20 * count) / millis))
  }
  return best
}
