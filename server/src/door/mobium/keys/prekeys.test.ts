import { describe, expect, test } from 'vitest'
import { writeOneTimePrekeys } from '@sotto/wire/live'
import { Refusal, type Client } from '#door/mobium/client.ts'
import { fakeClient, identityOf, type FakeClient } from '#door/mobium/client-for-tests.ts'
import { key, keys, openKeys, type Ask } from '#door/mobium/keys/keys-for-tests.ts'

const parts = {
  identity_x25519_pub: key(0xa1),
  signed_prekey: key(0xa2),
  signed_prekey_sig: new Uint8Array(64).fill(0xa3),
}

const publish = (ask: Ask, client: Client, oneTime: readonly Uint8Array[] | undefined) =>
  ask(client, {
    type: 'publish_prekeys',
    ...parts,
    one_time_prekeys: oneTime && writeOneTimePrekeys(oneTime),
  })

async function count(ask: Ask, client: FakeClient) {
  client.take()
  await ask(client, { type: 'get_prekey_count' })
  return client.take()
}

async function fetch(ask: Ask, client: FakeClient, target: Uint8Array) {
  client.take()
  await ask(client, { type: 'get_prekey_bundle', target_pubkey: target })
  const [answer] = client.take()
  if (answer?.type !== 'prekey_bundle_response')
    throw new TypeError('Cannot read answer: no bundle')
  return answer
}

describe('Prekeys of original clients', () => {
  test('mobium 61: a bundle with ten keys is stored, and the count is ten', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1 })
    await publish(ask, ann, keys(10))
    expect(ann.take()).toEqual([{ type: 'prekeys_stored' }])
    expect(await count(ask, ann)).toEqual([{ type: 'prekey_count_response', count: 10 }])
  })

  test('mobium 61: without anything published the count is zero', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1 })
    expect(await count(ask, ann)).toEqual([{ type: 'prekey_count_response', count: 0 }])
  })

  test('mobium 62: keys come in the order of publishing, each once; then nil, and the rest is still served', async () => {
    const { ask, enter, events } = openKeys()
    const [ann, bob] = [await enter({ identity: 1 }), await enter({ identity: 2 })]
    await publish(ask, ann, keys(3))
    for (const left of [2, 1, 0]) {
      expect(await fetch(ask, bob, ann.identity)).toEqual({
        type: 'prekey_bundle_response',
        target_pubkey: ann.identity,
        ...parts,
        one_time_prekey: key(3 - left),
      })
      expect(await count(ask, ann)).toMatchObject([{ count: left }])
    }
    expect(await fetch(ask, bob, ann.identity)).toMatchObject({ ...parts, one_time_prekey: null })
    expect(events).toEqual(['with-one-time', 'with-one-time', 'with-one-time', 'without'])
  })

  test('mobium 63: publishing again replaces what was there', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1 })
    await publish(ask, ann, keys(10))
    await publish(ask, ann, keys(3, 50))
    expect(await count(ask, ann)).toMatchObject([{ count: 3 }])
    expect(await fetch(ask, ann, ann.identity)).toMatchObject({ one_time_prekey: key(50) })
  })

  test('mobium 64: for an unknown target the response says so, and is no error', async () => {
    const { ask, enter } = openKeys()
    const bob = await enter({ identity: 2 })
    for (const target_pubkey of [identityOf(9), identityOf(9).subarray(0, 5), bob.identity]) {
      expect(await fetch(ask, bob, target_pubkey)).toEqual({
        type: 'prekey_bundle_response',
        target_pubkey,
        error: 'No pre-key bundle found for this user',
      })
    }
  })

  test('mobium 65: one-time keys that are absent or cannot be read are none', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1 })
    for (const one_time_prekeys of [undefined, new Uint8Array(), Uint8Array.of(0xc1, 2, 3)]) {
      await publish(ask, ann, keys(2))
      await ask(ann, { type: 'publish_prekeys', ...parts, one_time_prekeys })
      expect(await count(ask, ann)).toMatchObject([{ count: 0 }])
    }
  })

  test('mobium 66: of twenty parallel fetches of ten keys no two get the same', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1 })
    await publish(ask, ann, keys(10))
    const askers = Array.from({ length: 20 }, (_, i) => fakeClient({ identity: 10 + i }))
    const answers = await Promise.all(askers.map((each) => fetch(ask, each, ann.identity)))
    const given = answers.flatMap(({ one_time_prekey: each }) => (each ? [each[0]] : []))
    expect(given.toSorted((a = 0, b = 0) => a - b)).toEqual(keys(10).map((each) => each[0]))
  })

  test('the first device speaks for an identity, whichever publishes or asks', async () => {
    const { ask, enter } = openKeys()
    const desk = await enter({ identity: 1 })
    const phone = await enter({ identity: 1, device: 2 })
    await publish(ask, phone, keys(4))
    expect(await count(ask, desk)).toMatchObject([{ count: 4 }])
    expect(await count(ask, phone)).toMatchObject([{ count: 4 }])
  })

  test('what ours add comes back to those who know it, and original clients get what they know', async () => {
    const { ask, enter } = openKeys()
    const ann = await enter({ identity: 1, capabilities: ['x_sig'] })
    const original = await enter({ identity: 2 })
    const added = { x25519_sig: new Uint8Array(64).fill(0xa4), caps: ['keys', 'devices'] }
    await ask(ann, { type: 'publish_prekeys', ...parts, ...added })
    const answer = { type: 'prekey_bundle_response', target_pubkey: ann.identity, ...parts }
    expect(await fetch(ask, ann, ann.identity)).toEqual({
      ...answer,
      ...added,
      one_time_prekey: null,
    })
    expect(await fetch(ask, original, ann.identity)).toEqual({ ...answer, one_time_prekey: null })
  })

  test('past the allowance of the target the bundle comes without a key, and none is used up', async () => {
    const asked: string[] = []
    const { ask, enter, events } = openKeys({ meter: (mailbox) => asked.push(mailbox) < 0 })
    const [ann, bob] = [await enter({ identity: 1 }), await enter({ identity: 2 })]
    await publish(ask, ann, keys(3))
    expect(await fetch(ask, bob, ann.identity)).toMatchObject({ ...parts, one_time_prekey: null })
    expect(await count(ask, ann)).toMatchObject([{ count: 3 }])
    expect([asked, events]).toEqual([[ann.mailbox], ['metered']])
  })

  test('no more keys rest than fit, and the oldest go', async () => {
    const { ask, enter } = openKeys({ maxPoolKeys: 5 })
    const ann = await enter({ identity: 1 })
    await publish(ask, ann, keys(8))
    expect(await count(ask, ann)).toMatchObject([{ count: 5 }])
    expect(await fetch(ask, ann, ann.identity)).toMatchObject({ one_time_prekey: key(4) })
  })

  test('a mailbox that the store does not know is an error', async () => {
    const { ask } = openKeys()
    const ghost = fakeClient({ identity: 7 })
    await expect(publish(ask, ghost, [])).rejects.toThrow(new Refusal('unavailable'))
  })
})
