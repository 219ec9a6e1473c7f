/**
 * @module What every backend promises of mailboxes that are made by the first deposit and gone with the last envelope.
 */
import { describe, expect, test } from 'vitest'
import {
  at,
  boundless,
  envelopeTo,
  freshId,
  freshMailbox,
  now,
  roomy,
  textsIn,
  withMailbox,
  type Backend,
} from '#store/samples-for-tests.ts'
import {
  envelopeOverheadBytes,
  type FleetingLimits,
  type NewEnvelope,
  type Store,
} from '#store/store.ts'

const everything = { after: 0, maxEnvelopes: 10_000, maxBytes: 1 << 30, nowMillis: now }

/** Room for so many envelopes of ten bytes. */
const roomFor = (count: number): FleetingLimits => ({
  ...boundless,
  maxTotalBytes: count * (10 + envelopeOverheadBytes),
})
const tenBytes = (changes: Partial<NewEnvelope> = {}): NewEnvelope =>
  envelopeTo(freshMailbox(), 'ten bytes.', changes)

export function fleetingContract(name: string, backend: Backend): void {
  const { reopen } = backend

  async function kindsOf(
    store: Store,
    limits: FleetingLimits,
    ...envelopes: readonly NewEnvelope[]
  ): Promise<string[]> {
    const outcomes = await Promise.all(
      envelopes.map((envelope) => store.mailboxes.depositFleeting(envelope, limits)),
    )
    return outcomes.map(({ kind }) => kind)
  }

  describe(`${name}: fleeting mailboxes alone`, () => {
    test('are made by the first deposit, and again after the last envelope went', async () => {
      const { mailboxes } = await backend.open()
      const mailbox = freshMailbox()
      let last = 0
      for (const round of ['first', 'second']) {
        const sent = envelopeTo(mailbox, round)
        const outcome = await mailboxes.depositFleeting(sent, boundless)
        expect(outcome).toMatchObject({ kind: 'stored', previous: 0, evicted: 0 })
        const { envelopes } = await mailboxes.collect(mailbox, { ...everything, after: last })
        expect(envelopes.map(({ id }) => [...id])).toEqual([[...sent.id]])
        expect(at(envelopes, 0).sequence).toBeGreaterThan(last)
        last = at(envelopes, 0).sequence
        expect(await mailboxes.acknowledge(mailbox, [sent.id])).toBe(1)
        expect(mailboxes.count()).toBe(0)
      }
    })

    test('that are empty are like those that never were', async () => {
      const { mailboxes } = await backend.open()
      const [emptied, never] = [freshMailbox(), freshMailbox()]
      await mailboxes.depositFleeting(envelopeTo(emptied, 'goes'), boundless)
      await mailboxes.purge(emptied)
      for (const mailbox of [emptied, never]) {
        expect([
          await mailboxes.collect(mailbox, { ...everything, after: 7 }),
          await mailboxes.acknowledge(mailbox, [freshId()]),
          await mailboxes.purge(mailbox),
        ]).toEqual([{ envelopes: [], more: false, damaged: 0, cursor: 7 }, 0, 0])
      }
    })

    test('are not opened by it: what has to be opened is still unknown', async () => {
      const { mailboxes } = await backend.open()
      const mailbox = freshMailbox()
      const opened = async () => (await mailboxes.deposit(envelopeTo(mailbox, 'x'), roomy)).kind
      const sent = envelopeTo(mailbox, 'waits')
      await mailboxes.depositFleeting(sent, boundless)
      expect(await opened()).toBe('unknown-mailbox')
      await mailboxes.acknowledge(mailbox, [sent.id])
      expect(await opened()).toBe('unknown-mailbox')
    })

    test('hold what came together when they were made, in its order', async () => {
      const store = await backend.open()
      const [one, other] = [freshMailbox(), freshMailbox()]
      const texts = Array.from({ length: 50 }, (_, i) => `m${i}`)
      const sent = texts.flatMap((text) => [envelopeTo(one, text), envelopeTo(other, text)])
      expect(new Set(await kindsOf(store, boundless, ...sent))).toEqual(new Set(['stored']))
      expect(await textsIn(store, one)).toEqual(texts)
      expect(await textsIn(store, other)).toEqual(texts)
    })

    test('together hold what they may to the last byte, and refuse what is beyond', async () => {
      const store = await backend.open()
      const limits = roomFor(2)
      const first = tenBytes()
      expect(await kindsOf(store, limits, first)).toEqual(['stored'])
      const large = envelopeTo(freshMailbox(), 'eleven bytes')
      expect(await kindsOf(store, limits, large)).toEqual(['storage-full'])
      expect(await kindsOf(store, limits, tenBytes())).toEqual(['stored'])
      // In their own mailbox, too, and where nothing is to be kept but that something came.
      for (const further of [
        tenBytes({ mailbox: first.mailbox }),
        envelopeTo(freshMailbox(), ''),
      ]) {
        expect(await kindsOf(store, limits, further)).toEqual(['storage-full'])
      }
      expect(await textsIn(store, large.mailbox)).toEqual([])
      expect(await textsIn(store, first.mailbox)).toEqual(['ten bytes.'])
      expect(store.mailboxes.count()).toBe(2)
    })

    test('hold that bound when many come at the same time', async () => {
      const store = await backend.open()
      const kinds = await kindsOf(
        store,
        roomFor(10),
        ...Array.from({ length: 50 }, () => tenBytes()),
      )
      expect(kinds.filter((kind) => kind === 'stored')).toHaveLength(10)
      expect(kinds.filter((kind) => kind === 'storage-full')).toHaveLength(40)
      expect(store.mailboxes.count()).toBe(10)
    })

    test('have room again for what was acknowledged, purged or removed as expired', async () => {
      const store = await backend.open()
      const limits = roomFor(1)
      const full = async () => await kindsOf(store, limits, tenBytes())
      const remove: ((sent: NewEnvelope) => Promise<number>)[] = [
        ({ mailbox, id }) => store.mailboxes.acknowledge(mailbox, [id]),
        ({ mailbox }) => store.mailboxes.purge(mailbox),
        ({ expiresAtMillis }) => store.mailboxes.expire(expiresAtMillis, 10),
      ]
      for (const goes of remove) {
        const sent = tenBytes()
        expect(await kindsOf(store, limits, sent)).toEqual(['stored'])
        expect(await full()).toEqual(['storage-full'])
        expect(await goes(sent)).toBe(1)
      }
      expect(await kindsOf(store, limits, tenBytes())).toEqual(['stored'])
    })

    test('have room for what is expired and was not removed yet, a second later at the latest', async () => {
      const store = await backend.open()
      const limits = roomFor(3)
      const soon = now + 5000
      const gone = [1, 2].map(() => tenBytes({ expiresAtMillis: soon }))
      const stays = tenBytes()
      await kindsOf(store, limits, ...gone, stays)
      const come = (acceptedAtMillis: number) =>
        kindsOf(store, limits, tenBytes({ acceptedAtMillis }))
      expect(await come(soon - 1)).toEqual(['storage-full'])
      expect(await come(soon + 1000)).toEqual(['stored'])
      expect(await come(soon + 1000)).toEqual(['stored'])
      expect(await come(soon + 1000)).toEqual(['storage-full'])
      for (const { mailbox } of gone) expect(await textsIn(store, mailbox)).toEqual([])
      expect(await textsIn(store, stays.mailbox)).toEqual(['ten bytes.'])
      expect(store.mailboxes.count()).toBe(3)
    })

    test('do not count what waits in opened ones, and do not keep anything from those', async () => {
      const { store, mailbox } = await withMailbox(backend)
      const limits = roomFor(1)
      await store.mailboxes.deposit(envelopeTo(mailbox, 'large'.repeat(1000)), roomy)
      expect(await kindsOf(store, limits, tenBytes())).toEqual(['stored'])
      expect(await kindsOf(store, limits, tenBytes())).toEqual(['storage-full'])
      expect((await store.mailboxes.deposit(envelopeTo(mailbox, 'more'), roomy)).kind).toBe(
        'stored',
      )
    })

    test('give the room of what they drop to what comes', async () => {
      const store = await backend.open()
      const limits: FleetingLimits = { ...roomFor(1), maxEnvelopes: 1, whenFull: 'drop-oldest' }
      const first = tenBytes()
      await kindsOf(store, limits, first)
      const second = tenBytes({ mailbox: first.mailbox })
      expect(await store.mailboxes.depositFleeting(second, limits)).toMatchObject({
        kind: 'stored',
        evicted: 1,
      })
      expect(await kindsOf(store, limits, tenBytes())).toEqual(['storage-full'])
      expect(store.mailboxes.count()).toBe(1)
    })
  })

  if (reopen === undefined) return
  describe(`${name}: fleeting mailboxes after a restart`, () => {
    test('hold what they held, with every field, and nothing that was removed', async () => {
      const store = await backend.open()
      const [one, other, emptied] = [freshMailbox(), freshMailbox(), freshMailbox()]
      const sent = ['a', 'b', 'c', 'd'].map((text, i) =>
        envelopeTo(i % 2 === 0 ? one : other, text),
      )
      const goes = envelopeTo(one, 'goes')
      const last = envelopeTo(emptied, 'goes')
      for (const envelope of [goes, ...sent, last]) {
        await store.mailboxes.depositFleeting(envelope, boundless)
      }
      await store.mailboxes.acknowledge(one, [goes.id])
      await store.mailboxes.acknowledge(emptied, [last.id])
      const before = await store.mailboxes.collect(one, everything)

      const again = await reopen(store)
      expect(await again.mailboxes.collect(one, everything)).toEqual(before)
      expect(await textsIn(again, one)).toEqual(['a', 'c'])
      expect(await textsIn(again, other)).toEqual(['b', 'd'])
      expect(await textsIn(again, emptied)).toEqual([])
      expect(again.mailboxes.count()).toBe(4)
      expect(await again.mailboxes.acknowledge(one, [at(sent, 0).id])).toBe(1)
      const [next] = await kindsOf(again, boundless, envelopeTo(one, 'e'))
      expect([next, await textsIn(again, one)]).toEqual(['stored', ['c', 'e']])
    })

    test('count what was there before', async () => {
      const store = await backend.open()
      await kindsOf(store, roomFor(2), tenBytes())
      const again = await reopen(store)
      expect(await kindsOf(again, roomFor(2), tenBytes(), tenBytes())).toEqual([
        'stored',
        'storage-full',
      ])
    })
  })
}
