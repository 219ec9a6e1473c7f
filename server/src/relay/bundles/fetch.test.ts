import { describe, expect, test } from 'vitest'
import type { IdentityKey, MailboxId } from '@sotto/wire'
import { fetchBundle, type FetchBundleDeps } from '#relay/bundles/fetch.ts'
import { openMemoryStore } from '#store/memory/open.ts'

const mailbox = '1'.repeat(64) as MailboxId
const shared = Uint8Array.of(7)
const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)

async function open(
  pools: readonly (readonly Uint8Array[])[],
  given: Partial<FetchBundleDeps> = {},
) {
  const store = openMemoryStore()
  await store.identities.enter(new Uint8Array(32) as IdentityKey, mailbox, undefined)
  await store.bundles.publish({
    mailbox,
    format: 'pqxdh',
    shared,
    pools,
    replace: true,
    maxKeys: 100,
  })
  const deps = { bundles: store.bundles, meter: () => true, lowThreshold: 2, ...given }
  return {
    store,
    fetch: (from = mailbox) => fetchBundle(deps, from, 'pqxdh'),
  }
}

describe('Fetching a bundle', () => {
  test('takes one key of each pool, and says when one of them has fewer left than the threshold', async () => {
    const { fetch } = await open([
      [key(1), key(2), key(3), key(4)],
      [key(11), key(12), key(13)],
    ])
    const seen = []
    for (let i = 0; i < 5; i++) {
      const fetched = await fetch()
      expect(fetched?.bundle.shared).toEqual(shared)
      seen.push([...(fetched?.bundle.keys.map((each) => each?.[0]) ?? []), fetched?.alarm])
    }
    expect(seen).toEqual([
      [1, 11, undefined],
      [2, 12, 'low'],
      [3, 13, 'low'],
      [4, undefined, 'low'],
      [undefined, undefined, 'low'],
    ])
  })

  test('past the budget comes without keys, takes none, and is an alarm', async () => {
    const asked: MailboxId[] = []
    const { fetch, store } = await open([[key(1)], [key(2)]], {
      meter: (target) => asked.push(target) < 0,
    })
    const fetched = await fetch()
    expect(fetched).toMatchObject({ isMetered: true, alarm: 'metered' })
    expect(fetched?.bundle).toMatchObject({ shared, keys: [undefined, undefined] })
    expect(await store.bundles.counts(mailbox, 'pqxdh')).toEqual([1, 1])
    expect(asked).toEqual([mailbox])
  })

  test('of a device that published nothing is nothing', async () => {
    const { fetch } = await open([[], []])
    expect(await fetch('2'.repeat(64) as MailboxId)).toBeUndefined()
  })
})
