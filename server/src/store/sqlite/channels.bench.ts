/**
 * @module What posting to channels and reading a page costs, in a file in the system's temporary folder:
 * `bun server/src/store/sqlite/channels.bench.ts`, and the same with node. Ten thousand posts of a kilobyte a second is
 * what one core and a fast disk must hold, also where each of them lets an old one go.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HistoryLimits } from '#store/channels.ts'
import { at, channelIn, fresh, keepsAll, now } from '#store/samples-for-tests.ts'
import { openSqliteStore } from '#store/sqlite/open.ts'

const folder = mkdtempSync(join(tmpdir(), 'sotto-bench-'))
const store = await openSqliteStore({ path: join(folder, 'relay.db') })
const rooms = await Promise.all(Array.from({ length: 10 }, () => channelIn(store, 20)))
const waiting = 500
let posted = 0

async function post(bodyBytes: number, limits: HistoryLimits): Promise<void> {
  const { channel, members } = at(rooms, posted++ % rooms.length)
  await store.channels.post(
    {
      channel,
      sender: at(members, posted % members.length),
      id: fresh(16),
      body: new Uint8Array(bodyBytes),
      bucket: 1,
      acceptedAtMillis: now + posted,
      expiresAtMillis: now + 86_400_000,
    },
    limits,
  )
}

async function measure(name: string, count: number, work: () => Promise<unknown>): Promise<void> {
  const started = performance.now()
  let left = count
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work()
  }
  await Promise.all(Array.from({ length: Math.min(waiting, count) }, worker))
  const seconds = (performance.now() - started) / 1000
  console.log(`${name}: ${Math.round(count / seconds)} a second`)
}

await measure('posts of 1 KiB', 30_000, () => post(1024, keepsAll))
const bounded = { ...keepsAll, maxMessages: 3000 }
await measure('posts of 1 KiB to full channels', 30_000, () => post(1024, bounded))
await measure('posts of 1 MiB', 100, () => post(1024 * 1024, keepsAll))
const { channel, members } = at(rooms, 0)
const page = {
  reader: at(members, 0),
  after: 0,
  afterSecond: undefined,
  maxMessages: 100,
  maxBytes: 1 << 20,
  nowMillis: now,
}
await measure('pages of 100 from the start', 1000, () => store.channels.history(channel, page))
const afterSecond = Math.floor((now + posted / 2) / 1000)
const since = { ...page, afterSecond }
await measure('pages of 100 from a second', 1000, () => store.channels.history(channel, since))
await store[Symbol.asyncDispose]()
rmSync(folder, { recursive: true, force: true })
