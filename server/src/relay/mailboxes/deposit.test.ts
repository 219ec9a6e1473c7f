import { describe, expect, test } from 'vitest'
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import type { Ring } from '#bus/bus.ts'
import { openLocalBus } from '#bus/local.ts'
import { deposit, depositFleeting, type DepositPolicy } from '#relay/mailboxes/deposit.ts'
import { Follower } from '#relay/mailboxes/follow.ts'
import { Notes } from '#relay/mailboxes/reading-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { StoreError, type DepositOutcome, type MailboxStore } from '#store/store.ts'

const mailbox = '1'.repeat(64) as MailboxId
const now = 1_800_000_000_000
const policy: DepositPolicy = {
  maxEnvelopes: 2,
  maxBytes: 1000,
  whenFull: 'refuse',
  ttlMillis: 5000,
}

const letter = (number: number, changes: { readonly idMayRepeat?: boolean } = {}) => ({
  mailbox,
  id: new Uint8Array(16).fill(number) as EnvelopeId,
  idMayRepeat: false,
  kind: 7,
  sender: Uint8Array.of(4, 5),
  body: Uint8Array.of(number),
  ...changes,
})

async function open() {
  const { mailboxes } = openMemoryStore()
  const bus = openLocalBus()
  const rings: Ring[] = []
  bus.listen(mailbox, { onRing: (ring) => void rings.push(ring) })
  return { mailboxes, bus, rings, clock: { now: () => now } }
}

describe('A deposit', () => {
  test('is stored with its times, and then rings with the envelope and what came before it', async () => {
    const at = await open()
    await at.mailboxes.open(mailbox)
    expect(await deposit(at, letter(1), policy)).toMatchObject({ kind: 'stored', evicted: 0 })
    await deposit(at, letter(2), policy)
    const query = { after: 0, maxEnvelopes: 10, maxBytes: 1000, nowMillis: now }
    const { envelopes } = await at.mailboxes.collect(mailbox, query)
    expect(envelopes).toHaveLength(2)
    expect(envelopes[0]).toMatchObject({
      acceptedAtMillis: now,
      expiresAtMillis: now + 5000,
      kind: 7,
    })
    expect(at.rings.map(({ live }) => [live?.envelope, live?.previous])).toEqual([
      [envelopes[0], 0],
      [envelopes[1], envelopes[0]?.sequence],
    ])
  })

  test('does not ring before the store has it', async () => {
    const { bus, rings, clock } = await open()
    const stored = Promise.withResolvers<DepositOutcome>()
    const mailboxes: Pick<MailboxStore, 'deposit'> = { deposit: () => stored.promise }
    const deps = { mailboxes: mailboxes as MailboxStore, bus, clock }
    const done = deposit(deps, letter(1), policy)
    await Promise.resolve()
    expect(rings).toEqual([])
    stored.resolve({ kind: 'stored', sequence: 9, previous: 4, evicted: 0 })
    await done
    expect(rings.map(({ live }) => [live?.envelope.sequence, live?.previous])).toEqual([[9, 4]])
  })

  test('that was not stored rings nobody', async () => {
    const at = await open()
    expect(await deposit(at, letter(1), policy)).toEqual({ kind: 'unknown-mailbox' })
    await at.mailboxes.open(mailbox)
    await deposit(at, letter(1), policy)
    expect(await deposit(at, letter(1, { idMayRepeat: true }), policy)).toEqual({
      kind: 'duplicate',
    })
    await deposit(at, letter(2), policy)
    expect(await deposit(at, letter(3), policy)).toEqual({ kind: 'mailbox-full' })
    expect(at.rings).toHaveLength(2)
  })

  test('that fails says so, and rings nobody', async () => {
    const { bus, rings, clock } = await open()
    const error = new StoreError('disk-full', 'Cannot write')
    const mailboxes: Pick<MailboxStore, 'deposit'> = { deposit: () => Promise.reject(error) }
    const deps = { mailboxes: mailboxes as MailboxStore, bus, clock }
    await expect(deposit(deps, letter(1), policy)).rejects.toBe(error)
    expect(rings).toEqual([])
  })
})

describe('A deposit in a fleeting mailbox', () => {
  const fleeting = { ...policy, maxTotalBytes: 1024 }

  test('is stored and rings like any other, without the mailbox having been opened', async () => {
    const at = await open()
    const outcome = await depositFleeting(at, letter(1), fleeting)
    expect(outcome).toMatchObject({ kind: 'stored', previous: 0 })
    const query = { after: 0, maxEnvelopes: 10, maxBytes: 1000, nowMillis: now }
    const { envelopes } = await at.mailboxes.collect(mailbox, query)
    expect(envelopes).toMatchObject([{ expiresAtMillis: now + 5000, body: Uint8Array.of(1) }])
    expect(at.rings.map(({ live }) => live?.envelope)).toEqual(envelopes)
  })

  test('that does not fit rings nobody', async () => {
    const at = await open()
    await depositFleeting(at, letter(1), fleeting)
    expect(await depositFleeting(at, letter(2), fleeting)).toEqual({ kind: 'storage-full' })
    expect(at.rings).toHaveLength(1)
  })

  test('reaches who followed it before it was there, and again when it was emptied meanwhile', async () => {
    const at = await open()
    const notes = new Notes()
    using follower = new Follower(at, mailbox, notes, { maxEnvelopes: 3, maxBytes: 1000 })
    await new Promise((resolve) => setImmediate(resolve))
    const sequences: number[] = []
    for (const one of [letter(1), letter(2), letter(3)]) {
      const outcome = await depositFleeting(at, one, fleeting)
      if (outcome.kind === 'stored') sequences.push(outcome.sequence)
      await at.mailboxes.acknowledge(mailbox, [one.id])
    }
    expect(follower).toBeDefined()
    expect(sequences).toHaveLength(3)
    expect(notes.taken).toEqual(sequences)
  })
})
