import { describe, expect, test } from 'vitest'
import { mailboxOf } from '#door/mobium/address.ts'
import { Refusal } from '#door/mobium/client.ts'
import { fakeClient, identityOf } from '#door/mobium/client-for-tests.ts'
import { key, keys, openKeys } from '#door/mobium/keys/keys-for-tests.ts'

const bundle = new Uint8Array(1000).fill(0xb1)

describe('Keys of our devices', () => {
  test('are stored behind what rests there, or in its place, and counted', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1, device: 3 })
    const publish = { type: 'publish_keys', bundle } as const
    await ask(ann, { ...publish, one_time: keys(3), kem_one_time: keys(2, 100) })
    await ask(ann, { ...publish, one_time: keys(2, 50), kem_one_time: [] })
    await ask(ann, { type: 'get_key_counts' })
    await ask(ann, { ...publish, one_time: keys(1, 60), kem_one_time: [], replace: true })
    expect(ann.sent).toEqual([
      { type: 'keys_stored', one_time: 3, kem_one_time: 2 },
      { type: 'keys_stored', one_time: 5, kem_one_time: 2 },
      { type: 'key_counts', one_time: 5, kem_one_time: 2 },
      { type: 'keys_stored', one_time: 1, kem_one_time: 0 },
    ])
  })

  test('are given out one of each pool at a time, with the bundle', async () => {
    const { ask, enter, events } = openKeys()
    const ann = await enter({ identity: 1, device: 3 })
    const bob = await enter({ identity: 2 })
    const pools = { one_time: keys(2), kem_one_time: keys(1, 100) }
    await ask(ann, { type: 'publish_keys', bundle, ...pools })
    for (let i = 0; i < 3; i++) {
      await ask(bob, { type: 'get_key_bundle', target_pubkey: ann.identity, device: 3 })
    }
    const answer = {
      type: 'key_bundle',
      target_pubkey: ann.identity,
      device: 3,
      bundle,
      metered: false,
    }
    expect(bob.sent).toEqual([
      { ...answer, one_time: key(1), kem_one_time: key(100) },
      { ...answer, one_time: key(2) },
      answer,
    ])
    expect(events).toEqual(['with-one-time', 'without', 'without'])
  })

  test('without a device the first is meant, and one that published nothing is said to have none', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1, device: 3 })
    await ask(ann, { type: 'publish_keys', bundle, one_time: [], kem_one_time: [] })
    const target_pubkey = ann.identity
    await ask(ann, { type: 'get_key_bundle', target_pubkey })
    await ask(ann, { type: 'get_key_bundle', target_pubkey: identityOf(9), device: 3 })
    const error = 'No key bundle found for this device'
    expect(ann.sent.slice(1)).toEqual([
      { type: 'key_bundle', target_pubkey, device: 1, error },
      { type: 'key_bundle', target_pubkey: identityOf(9), device: 3, error },
    ])
  })

  test('past the allowance of the device the bundle comes alone and says so, and no key is used up', async () => {
    const asked: string[] = []
    const { ask, enter, events } = openKeys({ meter: (mailbox) => asked.push(mailbox) < 0 })
    const ann = await enter({ identity: 1, device: 3 })
    await ask(ann, { type: 'publish_keys', bundle, one_time: keys(1), kem_one_time: keys(1) })
    await ask(ann, { type: 'get_key_bundle', target_pubkey: ann.identity, device: 3 })
    await ask(ann, { type: 'get_key_counts' })
    expect(ann.sent.slice(1)).toEqual([
      { type: 'key_bundle', target_pubkey: ann.identity, device: 3, bundle, metered: true },
      { type: 'key_counts', one_time: 1, kem_one_time: 1 },
    ])
    expect([asked, events]).toEqual([[mailboxOf(ann.identity, 3)], ['metered']])
  })

  test('of both formats do not mix', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1 })
    await ask(ann, { type: 'publish_keys', bundle, one_time: keys(2), kem_one_time: [] })
    await ask(ann, { type: 'get_prekey_count' })
    expect(ann.sent.at(-1)).toEqual({ type: 'prekey_count_response', count: 0 })
  })

  test('of a mailbox that the store does not know are an error', async () => {
    const { ask } = openKeys()
    const ghost = fakeClient({ identity: 7 })
    const publishing = ask(ghost, { type: 'publish_keys', bundle, one_time: [], kem_one_time: [] })
    await expect(publishing).rejects.toThrow(new Refusal('unavailable'))
  })
})

describe('Lists of devices', () => {
  test('are kept as they came, the newest in place of the others, and given to anybody', async () => {
    const { ask, enter } = openKeys()
    const [ann, bob] = [await enter({ identity: 1 }), await enter({ identity: 2 })]
    await ask(ann, { type: 'publish_devices', record: Uint8Array.of(1) })
    await ask(ann, { type: 'publish_devices', record: Uint8Array.of(2, 3) })
    expect(ann.sent).toEqual([{ type: 'devices_stored' }, { type: 'devices_stored' }])
    await ask(bob, { type: 'get_devices', target_pubkey: ann.identity })
    await ask(bob, { type: 'get_devices', target_pubkey: identityOf(9) })
    expect(bob.sent).toEqual([
      { type: 'devices', target_pubkey: ann.identity, record: Uint8Array.of(2, 3) },
      {
        type: 'devices',
        target_pubkey: identityOf(9),
        error: 'No devices found for this identity',
      },
    ])
  })
})
