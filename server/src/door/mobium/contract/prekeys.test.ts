/**
 * @module Keys for the first message to somebody, as original clients publish them (mobium reference §1.8, behaviours
 * 61–66).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encode } from '@msgpack/msgpack'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, requestFailed, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import type { Message, MobiumClient } from '#door/mobium/contract/mobium-client-for-tests.ts'
import { draw, hex, Person, unhex } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive()
})
afterAll(() => relay[Symbol.asyncDispose]())

/** A list of keys as original clients write it: numbers in lists in MessagePack in bytes. */
const blobOf = (keys: readonly string[]) => hex(encode(keys.map((key) => [...unhex(key)])))

function drawBundle() {
  return {
    identity_x25519_pub: draw(),
    signed_prekey: draw(),
    signed_prekey_sig: draw(64),
  }
}

const drawKeys = (count: number) => Array.from({ length: count }, () => draw())

async function countOf(client: MobiumClient): Promise<unknown> {
  const { type, count } = await client.ask({ type: 'get_prekey_count' })
  expect(type).toBe('prekey_count_response')
  return count
}

const fetch = (client: MobiumClient, { name }: { readonly name: string }): Promise<Message> =>
  client.ask({ type: 'get_prekey_bundle', target_pubkey: name })

/** Somebody who has published so many keys. */
async function publisher(count: number) {
  const client = await arrive(relay)
  const bundle = drawBundle()
  const keys = drawKeys(count)
  const publish = { type: 'publish_prekeys', ...bundle, one_time_prekeys: blobOf(keys) }
  expect(await client.ask(publish)).toEqual({ type: 'prekeys_stored' })
  return { client, bundle, keys }
}

describe('Prekeys', () => {
  test('mobium 61: are stored, and counted', async () => {
    const { client } = await publisher(10)
    expect(await countOf(client)).toBe(10)
    client[Symbol.dispose]()
  })

  test('mobium 62: are handed out one by one in their order, then not, and the rest still is', async () => {
    const { client, bundle, keys } = await publisher(3)
    using owner = client
    using asker = await arrive(relay)
    const answer = { type: 'prekey_bundle_response', target_pubkey: owner.name, ...bundle }
    for (const [given, one_time_prekey] of keys.entries()) {
      expect(await fetch(asker, owner)).toEqual({ ...answer, one_time_prekey })
      expect(await countOf(owner)).toBe(keys.length - given - 1)
    }
    for (let i = 0; i < 2; i++) {
      expect(await fetch(asker, owner)).toEqual({ ...answer, one_time_prekey: null })
    }
    await owner.expectNothing()
  })

  test('mobium 63: are replaced by those that are published later, with the bundle', async () => {
    const { client } = await publisher(10)
    using owner = client
    const bundle = drawBundle()
    const keys = drawKeys(3)
    await owner.ask({ type: 'publish_prekeys', ...bundle, one_time_prekeys: blobOf(keys) })
    expect(await countOf(owner)).toBe(3)
    expect(await fetch(owner, owner)).toEqual({
      type: 'prekey_bundle_response',
      target_pubkey: owner.name,
      ...bundle,
      one_time_prekey: keys[0],
    })
  })

  test('mobium 64: of somebody who published none are an answer of their own', async () => {
    using asker = await arrive(relay)
    for (const { name } of [asker, Person.draw()]) {
      expect(await fetch(asker, { name })).toEqual({
        type: 'prekey_bundle_response',
        target_pubkey: name,
        error: 'No pre-key bundle found for this user',
      })
    }
    expect(await countOf(asker)).toBe(0)
  })

  test.each([
    ['absent', undefined],
    ['empty', ''],
    ['an empty list', hex(encode([]))],
    ['no list', hex(encode({ keys: 1 }))],
    ['no MessagePack', 'c1c1c1'],
    ['cut off', blobOf(drawKeys(2)).slice(0, -2)],
    ['a list of numbers', hex(encode([1, 2, 3]))],
  ])('mobium 65: whose one-time keys are %s have none', async (_, one_time_prekeys) => {
    const { client } = await publisher(2)
    using owner = client
    const rest = one_time_prekeys === undefined ? {} : { one_time_prekeys }
    expect(await owner.ask({ type: 'publish_prekeys', ...drawBundle(), ...rest })).toEqual({
      type: 'prekeys_stored',
    })
    expect(await countOf(owner)).toBe(0)
    expect((await fetch(owner, owner))['one_time_prekey']).toBeNull()
  })

  test('mobium 66: are handed out once, however many ask at once', async () => {
    const { client, keys } = await publisher(10)
    using owner = client
    const askers = await Promise.all(Array.from({ length: 20 }, () => arrive(relay)))
    const answers = await Promise.all(askers.map((asker) => fetch(asker, owner)))
    const given = answers.map(({ one_time_prekey }) => one_time_prekey)
    expect(given.filter((key) => typeof key === 'string').toSorted()).toEqual(keys.toSorted())
    expect(given.filter((key) => key === null)).toHaveLength(10)
    expect(await countOf(owner)).toBe(0)
    for (const asker of askers) asker[Symbol.dispose]()
  })

  test('are withheld when somebody asks for too many, and the rest still comes', async () => {
    await using strict = await startLive({
      database: 'memory',
      flags: { 'prekey-burst': '2', 'prekey-refill-per-minute': '1' },
    })
    using owner = await arrive(strict)
    using asker = await arrive(strict)
    const bundle = drawBundle()
    const one_time_prekeys = blobOf(drawKeys(10))
    await owner.ask({ type: 'publish_prekeys', ...bundle, one_time_prekeys })
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await fetch(asker, owner))
    expect(answers.map(({ one_time_prekey }) => one_time_prekey === null)).toEqual([
      false,
      false,
      true,
      true,
    ])
    expect(answers.at(-1)).toMatchObject(bundle)
    expect(await countOf(owner)).toBe(8)
    await owner.expectNothing()
  })

  test.each(['identity_x25519_pub', 'signed_prekey', 'signed_prekey_sig'])(
    'without %s are an error, and change nothing',
    async (name) => {
      const { client, keys } = await publisher(2)
      using owner = client
      const changed = Object.entries(drawBundle()).filter(([field]) => field !== name)
      const answer = await owner.ask({ type: 'publish_prekeys', ...Object.fromEntries(changed) })
      expect(answer).toEqual(requestFailed)
      expect((await fetch(owner, owner))['one_time_prekey']).toBe(keys[0])
    },
  )

  test('and their signature and capabilities reach clients that know of them', async () => {
    using owner = await arrive(relay, { caps: ['x_sig'] })
    using knowing = await arrive(relay, { caps: ['x_sig'] })
    using original = await arrive(relay)
    const bundle = drawBundle()
    const x25519_sig = owner.person.signExchangeKey(bundle.identity_x25519_pub)
    const caps = ['x_sig', 'keys']
    await owner.ask({ type: 'publish_prekeys', ...bundle, x25519_sig, caps })
    const answer = {
      type: 'prekey_bundle_response',
      target_pubkey: owner.name,
      ...bundle,
      one_time_prekey: null,
    }
    expect(await fetch(knowing, owner)).toEqual({ ...answer, x25519_sig, caps })
    expect(await fetch(original, owner)).toEqual(answer)
  })
})
