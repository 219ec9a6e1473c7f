/**
 * @module What every backend promises of its mailboxes, of either kind; of fleeting ones there is more in
 * `fleeting.contract.ts`.
 */
import { describe, expect, test } from 'vitest'
import type { EnvelopeId } from '@sotto/wire'
import {
  envelopeTo,
  fleetingOnly,
  freshId,
  freshMailbox,
  now,
  roomy,
  textsIn,
  withMailbox,
  type Backend,
} from '#store/samples-for-tests.ts'
import type { DepositLimits } from '#store/store.ts'

export function mailboxesContract(name: string, backend: Backend): void {
  mailboxesOf('opened', name, backend)
  mailboxesOf('fleeting', name, fleetingOnly(backend))

  describe(`${name}: opened mailboxes`, () => {
    test('says that a mailbox is unknown, and opens one twice without harm', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const unknown = await store.mailboxes.deposit(envelopeTo(freshMailbox(), 'x'), roomy)
      expect(unknown).toEqual({ kind: 'unknown-mailbox' })
      await store.mailboxes.deposit(envelopeTo(mailbox, 'stays'), roomy)
      await store.mailboxes.open(mailbox)
      expect(await textsIn(store, mailbox)).toEqual(['stays'])
      expect(await textsIn(store, freshMailbox())).toEqual([])
    })
  })
}

function mailboxesOf(kind: 'opened' | 'fleeting', name: string, backend: Backend): void {
  describe(`${name}: ${kind} mailboxes`, () => {
    test('gives back every field of an envelope', async () => {
      const { store, mailbox } = await withMailbox(backend)
      for (const sender of [undefined, new Uint8Array([1, 2, 3])]) {
        const sent = envelopeTo(mailbox, 'körper', { sender, kind: -2_147_483_648 })
        await store.mailboxes.deposit(sent, roomy)
        const all = { after: 0, maxEnvelopes: 1, maxBytes: 1, nowMillis: now }
        const [found] = (await store.mailboxes.collect(mailbox, all)).envelopes
        const { idMayRepeat: _, ...fields } = sent
        const { sequence, ...rest } = found ?? { sequence: 0 }
        expect({ sender: undefined, ...rest }).toEqual(fields)
        expect(sequence).toBeGreaterThan(0)
        await store.mailboxes.purge(mailbox)
      }
    })

    test('keeps an empty body and one of two mebibytes', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const large = new Uint8Array(2 * 1024 * 1024).fill(9)
      await store.mailboxes.deposit(envelopeTo(mailbox, ''), roomy)
      await store.mailboxes.deposit(envelopeTo(mailbox, '', { body: large }), roomy)
      const query = { after: 0, maxEnvelopes: 9, maxBytes: 1 << 30, nowMillis: now }
      const { envelopes } = await store.mailboxes.collect(mailbox, query)
      expect(envelopes.map((envelope) => envelope.body.length)).toEqual([0, large.length])
      expect(Buffer.compare(envelopes[1]?.body ?? new Uint8Array(), large)).toBe(0)
    })

    test('does not see what the caller does to its buffers afterwards', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const body = new TextEncoder().encode('before')
      await store.mailboxes.deposit(envelopeTo(mailbox, '', { body }), roomy)
      body.fill(0)
      expect(await textsIn(store, mailbox)).toEqual(['before'])
    })

    test('numbers what arrives together in the order in which it came', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const texts = Array.from({ length: 500 }, (_, i) => `m${i}`)
      const outcomes = await Promise.all(
        texts.map((text) => store.mailboxes.deposit(envelopeTo(mailbox, text), roomy)),
      )
      const numbers = outcomes.map((outcome) => (outcome.kind === 'stored' ? outcome.sequence : 0))
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
      expect(new Set(numbers).size).toBe(500)
      expect(await textsIn(store, mailbox)).toEqual(texts)
    })

    test('tells each deposit which one came before it', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const outcomes = await Promise.all(
        ['a', 'b', 'c'].map((text) => store.mailboxes.deposit(envelopeTo(mailbox, text), roomy)),
      )
      const stored = outcomes.flatMap((outcome) => (outcome.kind === 'stored' ? [outcome] : []))
      expect(stored.map((outcome) => outcome.previous)).toEqual([
        0,
        stored[0]?.sequence,
        stored[1]?.sequence,
      ])
    })

    test('never shows a later envelope before an earlier one: a cursor that polls misses none', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const limits: DepositLimits = { ...roomy, maxEnvelopes: 10_000 }
      let isSending = true
      const seen: string[] = []
      const poll = (async () => {
        for (let cursor = 0; ;) {
          const wasSending = isSending
          const query = { after: cursor, maxEnvelopes: 7, maxBytes: 1 << 20, nowMillis: now }
          const found = await store.mailboxes.collect(mailbox, query)
          cursor = found.cursor
          seen.push(...found.envelopes.map((e) => new TextDecoder().decode(e.body)))
          if (!wasSending && !found.more) return
          await new Promise((resolve) => setImmediate(resolve))
        }
      })()
      const writers = Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < 150; i++) {
          await store.mailboxes.deposit(envelopeTo(mailbox, `${writer}:${i}`), limits)
        }
      })
      await Promise.all(writers)
      isSending = false
      await poll
      expect(seen.length).toBe(1200)
      expect(new Set(seen).size).toBe(1200)
      for (let writer = 0; writer < 8; writer++) {
        const own = seen.filter((text) => text.startsWith(`${writer}:`))
        expect(own).toEqual(Array.from({ length: 150 }, (_, i) => `${writer}:${i}`))
      }
    })

    test('a deposit is there to be collected as soon as it is answered', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const checks = Array.from({ length: 100 }, async (_, i) => {
        await store.mailboxes.deposit(envelopeTo(mailbox, `m${i}`), roomy)
        expect(await textsIn(store, mailbox)).toContain(`m${i}`)
      })
      await Promise.all(checks)
    })

    test('collects by count, by bytes and from a cursor, one envelope at least', async () => {
      const { store, mailbox } = await withMailbox(backend)
      for (const text of ['aaaa', 'bbbb', 'cccc']) {
        await store.mailboxes.deposit(envelopeTo(mailbox, text), roomy)
      }
      const query = { after: 0, maxEnvelopes: 2, maxBytes: 1 << 20, nowMillis: now }
      const first = await store.mailboxes.collect(mailbox, query)
      expect(first.envelopes.length).toBe(2)
      expect(first.more).toBe(true)
      const rest = await store.mailboxes.collect(mailbox, { ...query, after: first.cursor })
      expect(rest.envelopes.map((e) => new TextDecoder().decode(e.body))).toEqual(['cccc'])
      expect(rest.more).toBe(false)
      const end = await store.mailboxes.collect(mailbox, { ...query, after: rest.cursor })
      expect(end).toEqual({ envelopes: [], more: false, damaged: 0, cursor: rest.cursor })
      expect(await textsIn(store, mailbox, { maxBytes: 1 })).toEqual(['aaaa'])
      expect(await textsIn(store, mailbox, { maxBytes: 8 })).toEqual(['aaaa', 'bbbb'])
    })

    test('removes what its owner acknowledges, and leaves the rest in order', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const sent = ['a', 'b', 'c', 'd', 'e'].map((text) => envelopeTo(mailbox, text))
      for (const envelope of sent) await store.mailboxes.deposit(envelope, roomy)
      const ids = [sent[3], sent[1], sent[1]].flatMap((envelope) => (envelope ? [envelope.id] : []))
      expect(await store.mailboxes.acknowledge(mailbox, [...ids, freshId()])).toBe(2)
      expect(await store.mailboxes.acknowledge(mailbox, ids)).toBe(0)
      expect(await textsIn(store, mailbox)).toEqual(['a', 'c', 'e'])
    })

    test('does not let anybody acknowledge an envelope of another mailbox', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const other = freshMailbox()
      await store.mailboxes.open(other)
      const sent = envelopeTo(mailbox, 'mine')
      await store.mailboxes.deposit(sent, roomy)
      expect(await store.mailboxes.acknowledge(other, [sent.id])).toBe(0)
      expect(await store.mailboxes.acknowledge(freshMailbox(), [sent.id])).toBe(0)
      expect(await textsIn(store, mailbox)).toEqual(['mine'])
    })

    test('what is acknowledged is not collected again, even before the removal is on disk', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const sent = envelopeTo(mailbox, 'once')
      await store.mailboxes.deposit(sent, roomy)
      const removing = store.mailboxes.acknowledge(mailbox, [sent.id])
      expect(await textsIn(store, mailbox)).toEqual([])
      await removing
    })

    test('stores an id once where it may repeat, also when both come at the same time', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const sent = envelopeTo(mailbox, 'once', { idMayRepeat: true })
      const outcomes = await Promise.all([
        store.mailboxes.deposit(sent, roomy),
        store.mailboxes.deposit(sent, roomy),
        store.mailboxes.deposit(sent, roomy),
      ])
      expect(outcomes.map((outcome) => outcome.kind).toSorted()).toEqual([
        'duplicate',
        'duplicate',
        'stored',
      ])
      expect(await textsIn(store, mailbox)).toEqual(['once'])
      const alike = sent.id.slice() as EnvelopeId
      alike[15] = ((alike[15] ?? 0) + 1) & 0xff
      const twin = await store.mailboxes.deposit({ ...sent, id: alike }, roomy)
      expect(twin.kind).toBe('stored')
    })

    test('refuses what does not fit, by count and by bytes, and stays as it was', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const limits: DepositLimits = { maxEnvelopes: 2, maxBytes: 10, whenFull: 'refuse' }
      expect((await store.mailboxes.deposit(envelopeTo(mailbox, 'aaaa'), limits)).kind).toBe(
        'stored',
      )
      const tooLarge = await store.mailboxes.deposit(envelopeTo(mailbox, 'bbbbbbb'), limits)
      expect(tooLarge).toEqual({ kind: 'mailbox-full' })
      expect((await store.mailboxes.deposit(envelopeTo(mailbox, 'bbbb'), limits)).kind).toBe(
        'stored',
      )
      const third = await store.mailboxes.deposit(envelopeTo(mailbox, 'c'), limits)
      expect(third).toEqual({ kind: 'mailbox-full' })
      expect(await textsIn(store, mailbox)).toEqual(['aaaa', 'bbbb'])
    })

    test('holds the limit when many come at the same time', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const limits: DepositLimits = { ...roomy, maxEnvelopes: 10 }
      const outcomes = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          store.mailboxes.deposit(envelopeTo(mailbox, `m${i}`), limits),
        ),
      )
      expect(outcomes.filter((outcome) => outcome.kind === 'stored').length).toBe(10)
      expect((await textsIn(store, mailbox)).length).toBe(10)
    })

    test('drops the oldest where that is asked for, and says how many', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const limits: DepositLimits = { maxEnvelopes: 2, maxBytes: 10, whenFull: 'drop-oldest' }
      for (const text of ['aa', 'bb']) {
        await store.mailboxes.deposit(envelopeTo(mailbox, text), limits)
      }
      const one = await store.mailboxes.deposit(envelopeTo(mailbox, 'cc'), limits)
      expect(one.kind === 'stored' && one.evicted).toBe(1)
      expect(await textsIn(store, mailbox)).toEqual(['bb', 'cc'])
      const both = await store.mailboxes.deposit(envelopeTo(mailbox, 'dddddddddd'), limits)
      expect(both.kind === 'stored' && both.evicted).toBe(2)
      const never = await store.mailboxes.deposit(envelopeTo(mailbox, 'eeeeeeeeeee'), limits)
      expect(never).toEqual({ kind: 'mailbox-full' })
      expect(await textsIn(store, mailbox)).toEqual(['dddddddddd'])
    })

    test('lets expired envelopes make room before it refuses', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const limits: DepositLimits = { ...roomy, maxEnvelopes: 1 }
      await store.mailboxes.deposit(
        envelopeTo(mailbox, 'old', { expiresAtMillis: now + 1 }),
        limits,
      )
      const next = envelopeTo(mailbox, 'new', { acceptedAtMillis: now + 1 })
      expect((await store.mailboxes.deposit(next, limits)).kind).toBe('stored')
      expect(await textsIn(store, mailbox, { nowMillis: now + 1 })).toEqual(['new'])
    })

    test('never delivers what expired, and removes it in slices', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const soon = now + 1000
      for (let i = 0; i < 5; i++) {
        await store.mailboxes.deposit(
          envelopeTo(mailbox, `soon${i}`, { expiresAtMillis: soon }),
          roomy,
        )
      }
      await store.mailboxes.deposit(envelopeTo(mailbox, 'later'), roomy)
      expect(await textsIn(store, mailbox, { nowMillis: soon - 1 })).toHaveLength(6)
      expect(await textsIn(store, mailbox, { nowMillis: soon })).toEqual(['later'])
      expect(await store.mailboxes.expire(soon - 1, 100)).toBe(0)
      let removed = 0
      for (let slice = 0; slice < 10; slice++) removed += await store.mailboxes.expire(soon, 2)
      expect(removed).toBe(5)
      expect(store.mailboxes.count()).toBe(1)
      expect(await textsIn(store, mailbox, { nowMillis: soon })).toEqual(['later'])
    })

    test('purges one mailbox and no other, with what is on its way to the disk', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const other = freshMailbox()
      await store.mailboxes.open(other)
      await store.mailboxes.deposit(envelopeTo(other, 'stays'), roomy)
      const sending = store.mailboxes.deposit(envelopeTo(mailbox, 'goes'), roomy)
      const purging = store.mailboxes.purge(mailbox)
      const after = store.mailboxes.deposit(envelopeTo(mailbox, 'comes'), roomy)
      await Promise.all([sending, purging, after])
      expect(await purging).toBe(1)
      expect(await textsIn(store, mailbox)).toEqual(['comes'])
      expect(await textsIn(store, other)).toEqual(['stays'])
    })
  })
}
