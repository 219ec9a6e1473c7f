/**
 * @module How long it takes to make, check and put back a backup of 100,000 messages, in a vault in memory:
 * `bun sdk/src/backup/backup.bench.ts`, or `node`. Nobody waits for it, but nobody should lose patience either: 10 s each.
 */
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { checkBackup } from '#backup/check-backup.ts'
import { exportBackup } from '#backup/export-backup.ts'
import { importBackup } from '#backup/import-backup.ts'
import { createProfile } from '#profile/profiles.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

const primitives = await openPrimitives()
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const clock = { now: () => Date.now(), after: () => ({ cancel: () => {} }) }
const deps = { primitives, argon2id, random, clock }
const passphrase = 'a passphrase for benchmarks'
const total = 100_000
const value = new TextEncoder().encode(
  JSON.stringify({ id: '0'.repeat(32), conversation: '0'.repeat(32), body: 'x'.repeat(200) }),
)

const { profile, phrase } = await createProfile(deps, openMemoryShelf(), { name: 'a', passphrase })
for (let at = 0; at < total; at += 1000) {
  await profile.records.write(
    Array.from({ length: 1000 }, (_, each) => ({
      kind: 'put',
      collection: 'message',
      id: `${at + each}`.padStart(12, '0'),
      value,
    })),
  )
}

const pieces: Uint8Array[] = []
async function* backup(): AsyncGenerator<Uint8Array> {
  yield* pieces
}

await timed('make', async () => {
  for await (const piece of exportBackup(deps, profile, passphrase)) pieces.push(piece.slice())
})
const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
console.log(`${total} messages: ${(bytes / 1_000_000).toFixed(1)} MB`)
const { ed25519Seed } = profile.identity
await timed('check', () => checkBackup(deps, backup(), { passphrase, ed25519Seed }))
await timed('put back', () =>
  importBackup(deps, openMemoryShelf(), { name: 'b', passphrase, phrase, backup: backup() }),
)

async function timed(name: string, run: () => Promise<unknown>): Promise<void> {
  const startedAt = performance.now()
  await run()
  console.log(`${name}: ${(performance.now() - startedAt).toFixed(0)} ms`)
}
