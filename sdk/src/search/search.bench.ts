/**
 * @module How long it takes to look for a word in 100,000 messages, in a vault over SQLite: `bun sdk/src/search/search.bench.ts`,
 * or `node`. All of them are to take less than 2 s on Bun, and nobody is to wait for more than 20 ms in between.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import { conversations, newConversation } from '#messages/conversation.ts'
import { type Message, putMessage } from '#messages/message.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { SearchMemory } from '#search/search-memory.ts'
import { search } from '#search/search.ts'
import { State } from '#state/state.ts'
import { Work } from '#state/work.ts'
import { openSqliteShelf } from '#storage/sqlite/open.ts'
import { Vault } from '#vault/vault.ts'

const primitives = await openPrimitives()
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length))
const folder = await mkdtemp(join(tmpdir(), 'sotto-search-'))
const total = 100_000
const conversationCount = 100
const startMillis = Date.UTC(2026, 0, 1)
const words =
  'the meeting is moved to thursday because everybody has asked for it über Zürich'.split(' ')
const draw = fakeRandomness('search')
const pick = (): string => words[(draw(1)[0] ?? 0) % words.length] ?? ''

await using vault = await Vault.create(
  { primitives, argon2id, random },
  await openSqliteShelf(folder).open('bench', 'create'),
  'a passphrase for benchmarks',
)
await fill()

const clock = { now: () => Date.now(), after: () => ({ cancel: () => {} }) }
const state = new State(vault)
using memory = new SearchMemory(state)
for (const [query, known] of [
  ['nowhere', undefined],
  ['zurich thurs', undefined],
  ['needle', memory],
  ['needle', memory],
  ['zurich thurs', memory],
] as const) {
  let found = 0
  let longest = 0
  let turnAt = performance.now()
  const pause = async (): Promise<void> => {
    longest = Math.max(longest, performance.now() - turnAt)
    await new Promise((resolve) => setImmediate(resolve))
    turnAt = performance.now()
  }
  const startedAt = performance.now()
  const cpuBefore = process.cpuUsage()
  let firstAt: number | undefined
  for await (const _ of search(state, query, { clock, pause, memory: known })) {
    firstAt ??= performance.now() - startedAt
    found++
  }
  const millis = performance.now() - startedAt
  const { user, system } = process.cpuUsage(cpuBefore)
  const computed = (user + system) / 1000
  console.log(
    `${query}${known === undefined ? '' : ', with memory'}: ${found} of ${total} in ${millis.toFixed(0)} ms (${computed.toFixed(0)} ms of a processor), the first after ${(firstAt ?? millis).toFixed(0)} ms, the longest turn ${longest.toFixed(1)} ms`,
  )
}
await rm(folder, { recursive: true })

async function fill(): Promise<void> {
  const each = total / conversationCount
  for (let at = 0; at < conversationCount; at++) {
    const work = new Work(vault)
    const conversation = at.toString(16).padStart(32, '0')
    for (let order = 1; order <= each; order++) {
      const sentAtMillis = startMillis + order * 60_000 + at
      const message: Message = {
        id: random(16).toHex(),
        conversation,
        order,
        kind: 'text',
        isOwn: order % 2 === 0,
        sender: '00'.repeat(32),
        sentAtMillis,
        body: order === 1 && at === 50 ? 'a needle' : Array.from({ length: 12 }, pick).join(' '),
        status: 'delivered',
      }
      putMessage(work, message)
    }
    conversations.put(work, conversation, {
      ...newConversation(conversation, 'direct', startMillis + each * 60_000 + at),
      lastOrder: each,
    })
    await vault.write(work.changes())
  }
}
