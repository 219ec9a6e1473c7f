import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { StoreError } from '#store/store.ts'
import { fakeClient, fakePresence } from '#door/mobium/client-for-tests.ts'
import { keys, openKeys } from '#door/mobium/keys/keys-for-tests.ts'
import { LowNotices } from '#door/mobium/keys/low-notices.ts'

const bundle = new Uint8Array(10)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Promises that are due after the timers that ran. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve()
}

async function pass(millis: number): Promise<void> {
  vi.advanceTimersByTime(millis)
  await settle()
}

async function open(given: Parameters<typeof openKeys>[0] = {}) {
  const opened = openKeys({ lowThreshold: 2, ...given })
  const { ask, enter } = opened
  const ann = await enter({ identity: 1, capabilities: ['keys'] })
  const phone = await enter({ identity: 1, device: 2, capabilities: ['keys'] })
  const bob = await enter({ identity: 2, capabilities: ['keys'] })
  await ask(ann, { type: 'publish_keys', bundle, one_time: keys(3), kem_one_time: keys(9) })
  ann.take()
  const fetch = () => ask(bob, { type: 'get_key_bundle', target_pubkey: ann.identity })
  return { ...opened, ann, phone, bob, fetch }
}

describe('keys_low', () => {
  test('comes when a pool has fewer keys left than the threshold, to the clients of that device', async () => {
    const { ann, phone, fetch, events } = await open()
    await fetch()
    await pass(1000)
    expect(ann.take()).toEqual([])
    await fetch()
    await pass(499)
    expect(ann.take()).toEqual([])
    await pass(1)
    expect(ann.take()).toEqual([{ type: 'keys_low', one_time: 1, kem_one_time: 7, metered: false }])
    expect(phone.take()).toEqual([])
    expect(events).toEqual(['with-one-time', 'with-one-time', 'low'])
  })

  test('several fetches in a row are one notice, which counts what is left when it goes', async () => {
    const { ann, fetch } = await open()
    for (let i = 0; i < 3; i++) await fetch()
    await pass(300)
    await fetch()
    await pass(200)
    expect(ann.take()).toMatchObject([{ one_time: 0, kem_one_time: 5 }])
    await pass(5000)
    expect(ann.take()).toEqual([])
    await fetch()
    await pass(500)
    expect(ann.take()).toHaveLength(1)
  })

  test('says when somebody asks too often, also among notices of few keys', async () => {
    let hasBudget = true
    const { ann, fetch } = await open({ meter: () => hasBudget })
    await fetch()
    await fetch()
    hasBudget = false
    await fetch()
    hasBudget = true
    await fetch()
    await pass(500)
    expect(ann.take()).toMatchObject([{ type: 'keys_low', metered: true }])
    await fetch()
    await pass(500)
    expect(ann.take()).toMatchObject([{ type: 'keys_low', metered: false }])
  })

  test('comes for prekeys of original clients as well, to those who know the message', async () => {
    const { ann, bob, ask, enter } = await open()
    const original = await enter({ identity: 1 })
    const parts = {
      identity_x25519_pub: new Uint8Array(32),
      signed_prekey: new Uint8Array(32),
      signed_prekey_sig: new Uint8Array(64),
    }
    await ask(ann, { type: 'publish_prekeys', ...parts })
    ann.take()
    await ask(bob, { type: 'get_prekey_bundle', target_pubkey: ann.identity })
    await pass(500)
    expect(ann.take()).toEqual([{ type: 'keys_low', one_time: 3, kem_one_time: 9, metered: false }])
    expect(original.take()).toEqual([])
  })

  test('does not come to a client that left, nor after the end', async () => {
    const { ann, bob, fetch, keys: opened, enter, ask, events } = await open()
    for (let i = 0; i < 3; i++) await fetch()
    opened.watcher.left(ann)
    await pass(500)
    expect([ann.take(), events.includes('low')]).toEqual([[], false])
    const cat = await enter({ identity: 3, capabilities: ['keys'] })
    await ask(cat, { type: 'publish_keys', bundle, one_time: [], kem_one_time: [] })
    cat.take()
    await ask(bob, { type: 'get_key_bundle', target_pubkey: cat.identity })
    opened[Symbol.dispose]()
    await pass(500)
    expect([cat.take(), vi.getTimerCount()]).toEqual([[], 0])
  })

  test('a store that fails is counted, and the next fetch tells of it again', async () => {
    const ann = fakeClient({ identity: 1, capabilities: ['keys'] })
    const failed: string[] = []
    const answers = [
      () => Promise.reject(new StoreError('busy', 'Cannot count keys: broken on purpose')),
      () => Promise.resolve([4, 5]),
    ]
    const notices = new LowNotices({
      presence: fakePresence(ann),
      bundles: { counts: async () => answers.shift()?.() ?? [] },
      events: { prekeysLow: () => {}, storeFailed: (code) => void failed.push(code) },
    })
    for (const expected of [0, 1]) {
      notices.tell(ann.identity, 1, 'low')
      await pass(500)
      expect([ann.take().length, failed]).toEqual([expected, ['busy']])
    }
  })
})
