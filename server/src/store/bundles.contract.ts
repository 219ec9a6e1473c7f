/**
 * @module What every backend promises of bundles, and of keys that are handed out once.
 */
import { describe, expect, test } from 'vitest'
import type { MailboxId } from '@sotto/wire'
import { fresh, freshMailbox, hex, mailboxIn, type Backend } from '#store/samples-for-tests.ts'
import type { BundleFormat, BundlePublication, Store } from '#store/store.ts'

const keys = (count: number): Uint8Array[] => Array.from({ length: count }, () => fresh(32))

function publicationFor(
  mailbox: MailboxId,
  changes: Partial<BundlePublication> = {},
): BundlePublication {
  return {
    mailbox,
    format: 'x3dh',
    shared: fresh(128),
    pools: [keys(3)],
    replace: true,
    maxKeys: 10,
    ...changes,
  }
}

async function drain(
  store: Store,
  mailbox: MailboxId,
  format: BundleFormat = 'x3dh',
): Promise<(string | undefined)[][]> {
  const taken: (string | undefined)[][] = []
  for (;;) {
    const bundle = await store.bundles.take(mailbox, format, true)
    if (bundle === undefined || bundle.keys.every((key) => key === undefined)) return taken
    taken.push(bundle.keys.map(hex))
  }
}

export function bundlesContract(name: string, backend: Backend): void {
  describe(`${name}: bundles`, () => {
    test('mobium 62: serves keys in the order of publication, counts down, then serves the rest', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      const publication = publicationFor(mailbox)
      expect(await store.bundles.publish(publication)).toEqual({ kind: 'published', counts: [3] })
      const served = []
      for (let i = 0; i < 4; i++) served.push(await store.bundles.take(mailbox, 'x3dh', true))
      expect(served.map((bundle) => bundle?.keys.map(hex))).toEqual([
        ...(publication.pools[0] ?? []).map((key) => [hex(key)]),
        [undefined],
      ])
      expect(served.map((bundle) => bundle?.remaining)).toEqual([[2], [1], [0], [0]])
      for (const bundle of served) expect(hex(bundle?.shared)).toBe(hex(publication.shared))
    })

    test('mobium 66: hands out ten keys to twenty who ask at the same time, each once', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      await store.bundles.publish(publicationFor(mailbox, { pools: [keys(10)] }))
      const bundles = await Promise.all(
        Array.from({ length: 20 }, () => store.bundles.take(mailbox, 'x3dh', true)),
      )
      const taken = bundles.flatMap((bundle) => hex(bundle?.keys[0]) ?? [])
      expect(taken).toHaveLength(10)
      expect(new Set(taken).size).toBe(10)
      expect(bundles.every((bundle) => bundle !== undefined)).toBe(true)
    })

    test('mobium 63: what replaces is all there is', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      await store.bundles.publish(publicationFor(mailbox, { pools: [keys(10)] }))
      const second = publicationFor(mailbox)
      await store.bundles.publish(second)
      expect(await store.bundles.counts(mailbox, 'x3dh')).toEqual([3])
      expect((await drain(store, mailbox)).flat()).toEqual(second.pools[0]?.map(hex))
    })

    test('adds behind what rests, and no key twice', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      const [a, b, c, d] = keys(4) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
      await store.bundles.publish(publicationFor(mailbox, { pools: [[a, b, a]] }))
      expect(await store.bundles.counts(mailbox, 'x3dh')).toEqual([2])
      const added = publicationFor(mailbox, { pools: [[c, b, d, c]], replace: false })
      expect(await store.bundles.publish(added)).toEqual({ kind: 'published', counts: [4] })
      const taken = await store.bundles.take(mailbox, 'x3dh', false)
      expect(hex(taken?.shared)).toBe(hex(added.shared))
      expect((await drain(store, mailbox)).flat()).toEqual([a, b, c, d].map(hex))
    })

    test('keeps the newest keys where there are more than may rest', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      const [first, second] = [keys(4), keys(2)]
      const publish = (pools: Uint8Array[][], replace: boolean) =>
        store.bundles.publish(publicationFor(mailbox, { pools, replace, maxKeys: 3 }))
      expect(await publish([first], true)).toEqual({ kind: 'published', counts: [3] })
      expect(await publish([second], false)).toEqual({ kind: 'published', counts: [3] })
      expect((await drain(store, mailbox)).flat()).toEqual([first[3], ...second].map(hex))
      await publish([first], true)
      await publish([keys(7)], false)
      expect(await store.bundles.counts(mailbox, 'x3dh')).toEqual([3])
    })

    test('takes from both pools of a format that has two, and goes on when one is empty', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      const [curve, kem] = [keys(2), [fresh(1569)]]
      const publication = publicationFor(mailbox, { format: 'pqxdh', pools: [curve, kem] })
      expect(await store.bundles.publish(publication)).toEqual({
        kind: 'published',
        counts: [2, 1],
      })
      const first = await store.bundles.take(mailbox, 'pqxdh', true)
      expect(first?.keys.map(hex)).toEqual([hex(curve[0]), hex(kem[0])])
      expect(first?.remaining).toEqual([1, 0])
      const second = await store.bundles.take(mailbox, 'pqxdh', true)
      expect(second?.keys.map(hex)).toEqual([hex(curve[1]), undefined])
    })

    test('keeps formats and mailboxes apart, the same key in each', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      const other = freshMailbox()
      await store.mailboxes.open(other)
      const pool = keys(1)
      await store.bundles.publish(publicationFor(mailbox, { pools: [pool] }))
      await store.bundles.publish(publicationFor(other, { pools: [pool] }))
      await store.bundles.publish(publicationFor(mailbox, { format: 'pqxdh', pools: [pool, pool] }))
      expect(await drain(store, mailbox)).toEqual([pool.map(hex)])
      expect(await store.bundles.counts(other, 'x3dh')).toEqual([1])
      expect(await store.bundles.counts(mailbox, 'pqxdh')).toEqual([1, 1])
    })

    test('leaves the pools alone when it is not to consume', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      const publication = publicationFor(mailbox)
      await store.bundles.publish(publication)
      const bundle = await store.bundles.take(mailbox, 'x3dh', false)
      expect(bundle?.keys).toEqual([undefined])
      expect(bundle?.remaining).toEqual([3])
      expect(hex(bundle?.shared)).toBe(hex(publication.shared))
    })

    test('mobium 64: has nothing where nothing was published, and refuses mailboxes that nobody opened', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      expect(await store.bundles.take(mailbox, 'x3dh', true)).toBeUndefined()
      expect(await store.bundles.take(freshMailbox(), 'x3dh', true)).toBeUndefined()
      expect(await store.bundles.counts(freshMailbox(), 'x3dh')).toEqual([0])
      expect(await store.bundles.counts(mailbox, 'pqxdh')).toEqual([0, 0])
      const stranger = publicationFor(freshMailbox())
      expect(await store.bundles.publish(stranger)).toEqual({ kind: 'unknown-mailbox' })
      expect(await store.bundles.take(stranger.mailbox, 'x3dh', true)).toBeUndefined()
    })

    test('throws when there are more or fewer pools than the format has, and changes nothing', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      await store.bundles.publish(publicationFor(mailbox))
      const two = publicationFor(mailbox, { pools: [keys(1), keys(1)] })
      await expect(store.bundles.publish(two)).rejects.toThrow(RangeError)
      const one = publicationFor(mailbox, { format: 'pqxdh' })
      await expect(store.bundles.publish(one)).rejects.toThrow(
        'Cannot publish bundle: 1 pools, 2 required',
      )
      expect(await store.bundles.counts(mailbox, 'x3dh')).toEqual([3])
    })

    test('does not see what the caller does to its buffers afterwards', async () => {
      const { store, mailbox } = await mailboxIn(await backend.shared())
      const [shared, key] = [fresh(64), fresh(32)]
      const before = [hex(shared), hex(key)]
      const publishing = store.bundles.publish(publicationFor(mailbox, { shared, pools: [[key]] }))
      shared.fill(0)
      key.fill(0)
      await publishing
      const bundle = await store.bundles.take(mailbox, 'x3dh', true)
      expect([hex(bundle?.shared), hex(bundle?.keys[0])]).toEqual(before)
    })

    const { reopen } = backend
    if (reopen === undefined) return
    test('after a restart no key that was handed out comes back, and all others are there', async () => {
      const { store, mailbox } = await mailboxIn(await backend.open())
      const publication = publicationFor(mailbox)
      await store.bundles.publish(publication)
      await store.bundles.take(mailbox, 'x3dh', true)
      const again = await reopen(store)
      expect(await again.bundles.counts(mailbox, 'x3dh')).toEqual([2])
      expect((await drain(again, mailbox)).flat()).toEqual(publication.pools[0]?.slice(1).map(hex))
    })
  })
}
