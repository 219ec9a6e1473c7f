/**
 * @module Keys of the Signal protocol: published by a device, handed out to who asks (§1 of ours; W18).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, Person } from '#door/mobium/contract/person-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ flags: { 'pre-key-refill-threshold': '0' } })
})
afterAll(() => relay[Symbol.asyncDispose]())

const ours = { caps: ['bin', 'keys', 'devices', 'ack'] }
const drawKeys = (count: number, bytes: number) => Array.from({ length: count }, () => draw(bytes))

/** A bundle, so many keys, and so many of the KEM. */
const publication = (count: number, kemCount = count) => ({
  type: 'publish_keys',
  bundle: draw(1800),
  one_time: drawKeys(count, 40),
  kem_one_time: drawKeys(kemCount, 1600),
})

const fetch = ({ name }: { readonly name: string }, device?: number) => ({
  type: 'get_key_bundle',
  target_pubkey: name,
  ...(device === undefined ? {} : { device }),
})

describe('Keys of a device', () => {
  test('are handed out one of each pool at a time, in their order, and each once', async () => {
    using owner = await arrive(relay, ours)
    using asker = await arrive(relay, ours)
    const keys = publication(3, 2)
    expect(await owner.ask(keys)).toEqual({ type: 'keys_stored', one_time: 3, kem_one_time: 2 })
    const answer = {
      type: 'key_bundle',
      target_pubkey: owner.name,
      device: 1,
      bundle: keys.bundle,
      metered: false,
    }
    const [one, two, three] = keys.one_time
    const [kemOne, kemTwo] = keys.kem_one_time
    for (const given of [
      { one_time: one, kem_one_time: kemOne },
      { one_time: two, kem_one_time: kemTwo },
      { one_time: three },
      {},
    ]) {
      expect(await asker.ask(fetch(owner))).toEqual({ ...answer, ...given })
    }
  })

  test('are handed out once, however many ask at once', async () => {
    using owner = await arrive(relay, ours)
    const keys = publication(10)
    await owner.ask(keys)
    const askers = await Promise.all(Array.from({ length: 20 }, () => arrive(relay, ours)))
    const answers = await Promise.all(askers.map((asker) => asker.ask(fetch(owner))))
    for (const [pool, published] of [
      ['one_time', keys.one_time],
      ['kem_one_time', keys.kem_one_time],
    ] as const) {
      const given = answers.map((answer) => answer[pool]).filter((key) => typeof key === 'string')
      expect(given.toSorted()).toEqual(published.toSorted())
    }
    for (const asker of askers) asker[Symbol.dispose]()
  })

  test('are added to those that are there, or take their place', async () => {
    using owner = await arrive(relay, ours)
    using asker = await arrive(relay, ours)
    const first = publication(2)
    const second = publication(2)
    await owner.ask(first)
    expect(await owner.ask(second)).toMatchObject({ one_time: 4, kem_one_time: 4 })
    expect(await owner.ask({ type: 'get_key_counts' })).toEqual({
      type: 'key_counts',
      one_time: 4,
      kem_one_time: 4,
    })
    expect(await asker.ask(fetch(owner))).toMatchObject({
      bundle: second.bundle,
      one_time: first.one_time[0],
    })
    const third = publication(1)
    expect(await owner.ask({ ...third, replace: true })).toMatchObject({
      one_time: 1,
      kem_one_time: 1,
    })
    expect(await asker.ask(fetch(owner))).toMatchObject({ one_time: third.one_time[0] })
  })

  test('are those of this device alone', async () => {
    const person = Person.draw()
    using first = await arrive(relay, { ...ours, person })
    using second = await arrive(relay, { ...ours, person, device: 2 })
    using asker = await arrive(relay, ours)
    const keys = publication(1)
    await second.ask(keys)
    expect(await first.ask({ type: 'get_key_counts' })).toMatchObject({ one_time: 0 })
    expect(await asker.ask(fetch(person))).toEqual({
      type: 'key_bundle',
      target_pubkey: person.name,
      device: 1,
      error: expect.any(String),
    })
    expect(await asker.ask(fetch(person, 2))).toMatchObject({ device: 2, bundle: keys.bundle })
    expect(await asker.ask(fetch(Person.draw()))).toHaveProperty('error')
  })

  test('have nothing to do with the prekeys of an original client', async () => {
    using owner = await arrive(relay, ours)
    await owner.ask(publication(3))
    expect(await owner.ask({ type: 'get_prekey_count' })).toMatchObject({ count: 0 })
    expect(
      await owner.ask({ type: 'get_prekey_bundle', target_pubkey: owner.name }),
    ).toHaveProperty('error')
  })

  test.each([
    ['a bundle that is too large', { bundle: draw(16_385) }],
    ['a key that is too large', { one_time: [draw(257)] }],
    ['a key of the KEM that is too large', { kem_one_time: [draw(2049)] }],
    ['too many keys', { one_time: drawKeys(101, 4) }],
    ['no list', { one_time: 7 }],
  ])('with %s are an error, and change nothing', async (_, change) => {
    using owner = await arrive(relay, ours)
    await owner.ask(publication(2))
    expect((await owner.ask({ ...publication(1), ...change })).type).toBe('error')
    expect(await owner.ask({ type: 'get_key_counts' })).toMatchObject({ one_time: 2 })
  })
})

describe('Keys that somebody asks for too often', () => {
  test('are withheld, their owner hears of it, and the rest still comes', async () => {
    await using strict = await startLive({
      database: 'memory',
      flags: { 'prekey-burst': '2', 'prekey-refill-per-minute': '1' },
    })
    using owner = await arrive(strict, ours)
    using asker = await arrive(strict, ours)
    const keys = publication(50)
    await owner.ask(keys)
    const answers = []
    for (let i = 0; i < 4; i++) answers.push(await asker.ask(fetch(owner)))
    expect(answers.map(({ metered }) => metered)).toEqual([false, false, true, true])
    expect(answers.at(-1)).toEqual({
      type: 'key_bundle',
      target_pubkey: owner.name,
      device: 1,
      bundle: keys.bundle,
      metered: true,
    })
    expect(await owner.next()).toEqual({
      type: 'keys_low',
      one_time: 48,
      kem_one_time: 48,
      metered: true,
    })
    await owner.expectNothing()
  })

  test('and that run out: their owner hears of it once, other clients of it do not', async () => {
    await using strict = await startLive({
      database: 'memory',
      flags: { 'pre-key-refill-threshold': '3' },
    })
    const person = Person.draw()
    using owner = await arrive(strict, { ...ours, person })
    using original = await arrive(strict, { person })
    using asker = await arrive(strict, ours)
    await owner.ask(publication(4))
    for (let i = 0; i < 3; i++) await asker.ask(fetch(owner))
    expect(await owner.next()).toEqual({
      type: 'keys_low',
      one_time: 1,
      kem_one_time: 1,
      metered: false,
    })
    await owner.expectNothing()
    await original.expectNothing()
    await eventually(
      'it is counted',
      async () => (await strict.metric('sotto_prekeys_low_total')) === 1,
    )
  })
})
