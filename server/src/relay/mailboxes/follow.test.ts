import { describe, expect, test } from 'vitest'
import { setImmediate as turn } from 'node:timers/promises'
import { openLocalBus } from '#bus/local.ts'
import { deposit } from '#relay/mailboxes/deposit.ts'
import { Follower } from '#relay/mailboxes/follow.ts'
import {
  clock,
  letter,
  limits,
  mailbox,
  Notes,
  now,
  policy,
  range,
} from '#relay/mailboxes/reading-for-tests.ts'
import { MemoryMailboxes } from '#store/memory/mailboxes.ts'
import { StoreError, type Collected, type MailboxStore } from '#store/store.ts'

interface Held {
  readonly query: { readonly after: number }
  /** Looks now, and answers. */
  answer(): Promise<void>
  refuse(error: Error): void
}

/** A mailbox whose reads wait until the test lets them look. */
async function open() {
  const store = new MemoryMailboxes()
  await store.open(mailbox)
  const bus = openLocalBus()
  const held: Held[] = []
  let isHolding = false
  let reads = 0
  const collect: MailboxStore['collect'] = (address, query) => {
    reads++
    if (!isHolding) return store.collect(address, query)
    const { promise, resolve, reject } = Promise.withResolvers<Collected>()
    held.push({
      query,
      answer: async () => resolve(await store.collect(address, query)),
      refuse: reject,
    })
    return promise
  }
  const mailboxes: MailboxStore = Object.assign(Object.create(store) as MailboxStore, {
    collect,
    deposit: store.deposit.bind(store),
    acknowledge: store.acknowledge.bind(store),
  })
  const deps = { mailboxes, bus, clock }
  let drawn = 0
  return {
    deps,
    bus,
    store,
    held,
    hold: () => (isHolding = true),
    letGo: () => (isHolding = false),
    reads: () => reads,
    async put(count = 1): Promise<void> {
      for (let i = 0; i < count; i++) await deposit(deps, { ...letter(++drawn), mailbox }, policy)
    },
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await turn()
}

describe('A follower', () => {
  test('reads what waits, then takes what comes without another read', async () => {
    const { deps, put, reads } = await open()
    await put(7)
    const notes = new Notes()
    using _follower = new Follower(deps, mailbox, notes, limits)
    await settle()
    expect(notes.taken).toEqual(range(1, 7))
    const before = reads()
    await put(5)
    expect(notes.taken).toEqual(range(1, 12))
    expect(reads()).toBe(before)
  })

  test('is not missed by what comes while it reads', async () => {
    const { deps, put, hold, held, letGo } = await open()
    await put(2)
    hold()
    const notes = new Notes()
    using _follower = new Follower(deps, mailbox, notes, limits)
    await settle()
    // Its first read has looked already when the third one comes.
    const answering = held[0]?.answer()
    letGo()
    await put(1)
    await answering
    await settle()
    expect(notes.taken).toEqual([1, 2, 3])
  })

  test('is not missed by what comes between its last look and its waiting, however late', async () => {
    // Each run rings one microtask later: one of them is after the last check and before the follower is idle.
    for (let late = 0; late < 20; late++) {
      const { deps, bus, store, hold, held, letGo } = await open()
      hold()
      const notes = new Notes()
      using _follower = new Follower(deps, mailbox, notes, limits)
      letGo()
      const answering = held[0]?.answer()
      const made = { ...letter(1), mailbox, acceptedAtMillis: now, expiresAtMillis: now + 1000 }
      const stored = store.deposit(made, policy)
      for (let i = 0; i < late; i++) await Promise.resolve()
      bus.ring({ mailbox, live: undefined })
      await Promise.all([answering, stored])
      await settle()
      expect([late, notes.taken]).toEqual([late, [1]])
    }
  })

  test('stops when its reader is full, and goes on behind the last that it took', async () => {
    const { deps, put, reads } = await open()
    await put(5)
    const notes = new Notes()
    notes.isFull = () => notes.taken.length === 2
    using follower = new Follower(deps, mailbox, notes, limits)
    await settle()
    expect(notes.taken).toEqual([1, 2])
    const before = reads()
    await put(3)
    await settle()
    expect([notes.taken, reads()]).toEqual([[1, 2], before])
    follower.resume()
    await settle()
    expect(notes.taken).toEqual(range(1, 8))
  })

  test('a reader that is full after a live one gets the rest from the store', async () => {
    const { deps, put } = await open()
    const notes = new Notes()
    using follower = new Follower(deps, mailbox, notes, limits)
    await settle()
    notes.isFull = () => notes.taken.length === 1
    await put(4)
    await settle()
    expect(notes.taken).toEqual([1])
    follower.resume()
    await settle()
    expect(notes.taken).toEqual([1, 2, 3, 4])
  })

  test('resuming when nothing waits reads nothing', async () => {
    const { deps, reads } = await open()
    using follower = new Follower(deps, mailbox, new Notes(), limits)
    await settle()
    const before = reads()
    follower.resume()
    follower.resume()
    await settle()
    expect(reads()).toBe(before)
  })

  test('a ring without its envelope, and one that came before its turn, make it look', async () => {
    const { deps, bus, store } = await open()
    const notes = new Notes()
    using _follower = new Follower(deps, mailbox, notes, limits)
    await settle()
    const put = (number: number) =>
      store.deposit(
        { ...letter(number), mailbox, acceptedAtMillis: now, expiresAtMillis: now + 1000 },
        policy,
      )
    // From another node.
    await put(1)
    bus.ring({ mailbox, live: undefined })
    await settle()
    expect(notes.taken).toEqual([1])
    // The ring of the second overtakes that of the first.
    await put(2)
    const outcome = await put(3)
    if (outcome.kind !== 'stored') throw new Error('Not stored')
    const envelope = {
      ...letter(3),
      mailbox,
      acceptedAtMillis: now,
      expiresAtMillis: now + 1000,
      sequence: 3,
    }
    bus.ring({ mailbox, live: { envelope, previous: outcome.previous } })
    await settle()
    expect(notes.taken).toEqual([1, 2, 3])
    bus.ring({ mailbox, live: { envelope, previous: outcome.previous } })
    bus.ring({ mailbox, live: undefined })
    await settle()
    expect(notes.taken).toEqual([1, 2, 3])
  })

  test('takes nothing after it was disposed, not even what was being read', async () => {
    const { deps, put, hold, held, bus } = await open()
    await put(2)
    hold()
    const notes = new Notes()
    const follower = new Follower(deps, mailbox, notes, limits)
    follower[Symbol.dispose]()
    await held[0]?.answer()
    await put(2)
    follower.resume()
    bus.ring({ mailbox, live: undefined })
    await settle()
    expect([notes.taken, notes.failures]).toEqual([[], []])
  })

  test('is not told by a bus that was telling others when it left', async () => {
    const { deps, put, bus } = await open()
    const notes = new Notes()
    const later: Follower[] = []
    bus.listen(mailbox, { onRing: () => later[0]?.[Symbol.dispose]() })
    later.push(new Follower(deps, mailbox, notes, limits))
    await settle()
    await put(1)
    await settle()
    expect(notes.taken).toEqual([])
  })

  test('reports a store that fails, once, and takes nothing more', async () => {
    const { deps, put, hold, held, letGo } = await open()
    await put(2)
    hold()
    const notes = new Notes()
    using follower = new Follower(deps, mailbox, notes, limits)
    const error = new StoreError('unusable', 'Cannot read')
    held[0]?.refuse(error)
    letGo()
    await settle()
    await put(1)
    follower.resume()
    await settle()
    expect([notes.taken, notes.failures]).toEqual([[], [error]])
  })

  test('a store that fails after it was disposed is nobody’s business', async () => {
    const { deps, hold, held } = await open()
    hold()
    const notes = new Notes()
    const follower = new Follower(deps, mailbox, notes, limits)
    follower[Symbol.dispose]()
    held[0]?.refuse(new StoreError('closed', 'Cannot read'))
    await settle()
    expect(notes.failures).toEqual([])
  })

  test('tells of damaged records and goes on behind them', async () => {
    const { deps, put, store } = await open()
    await put(3)
    const collect = deps.mailboxes.collect
    deps.mailboxes.collect = async (address, query) => {
      const found = await collect(address, query)
      const envelopes = found.envelopes.filter((envelope) => envelope.sequence !== 2)
      return { ...found, envelopes, damaged: found.envelopes.length - envelopes.length }
    }
    const notes = new Notes()
    using _follower = new Follower(deps, mailbox, notes, limits)
    await settle()
    expect([notes.taken, notes.damaged, store.count()]).toEqual([[1, 3], 1, 3])
  })

  test('asks for no more than its limits', async () => {
    const { deps, put } = await open()
    await put(10)
    const asked: unknown[] = []
    const collect = deps.mailboxes.collect
    deps.mailboxes.collect = (address, query) => {
      asked.push(query)
      return collect(address, query)
    }
    using _follower = new Follower(deps, mailbox, new Notes(), limits)
    await settle()
    expect(asked).toEqual([0, 3, 6, 9].map((after) => ({ ...limits, after, nowMillis: now })))
  })
})
