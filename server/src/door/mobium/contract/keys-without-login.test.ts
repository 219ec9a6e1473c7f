/**
 * @module Keys of a device for who does not say who they are: `/v2/keys`, directly and from inside a seal, beside the live
 * door that they were published at.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { binaryPost, exchange } from '#door/ohttp/exchange-for-tests.ts'
import { bodyOf, padded, responseOf, textOf } from '#door/ohttp/served-for-tests.ts'
import { arrive, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'
import { draw, Person, unhex } from '#door/mobium/contract/person-for-tests.ts'

const ours = { caps: ['bin', 'keys', 'devices', 'ack'] }

const base64 = (digits: string | undefined): string =>
  Buffer.from(unhex(digits ?? '')).toString('base64')

const publication = (count: number, kemCount = count) => ({
  type: 'publish_keys',
  bundle: draw(1800),
  one_time: Array.from({ length: count }, () => draw(33)),
  kem_one_time: Array.from({ length: kemCount }, () => draw(1569)),
})

let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({
    flags: { 'pre-key-refill-threshold': '0', 'oblivious-address-per-second': '0' },
  })
})
afterAll(() => relay[Symbol.asyncDispose]())

type Body = Readonly<Record<string, unknown>>

/** A way to ask: what comes back, and its status. */
type Ask = (body: Body, where?: RunningRelay) => Promise<readonly [status: number, answer: Body]>

const direct: Ask = async (body, where = relay) => {
  const { status, json } = await where.post('/v2/keys', body)
  // Every answer of this door is an object.
  return [status, json as Body]
}

const sealed: Ask = async (body, where = relay) => {
  const answer = responseOf(await exchange(where, binaryPost('/v2/keys', body)))
  return [answer.status, JSON.parse(textOf(answer)) as Body]
}

const ways: readonly (readonly [name: string, ask: Ask])[] = [
  ['asked for directly', direct],
  ['asked for from inside a seal', sealed],
]

describe.each(ways)('Keys that are %s', (_, ask) => {
  test('are handed out in their order and once, with the list of devices', async () => {
    using owner = await arrive(relay, ours)
    const keys = publication(2, 1)
    const record = draw(500)
    await owner.ask(keys)
    await owner.ask({ type: 'publish_devices', record })
    const rest = { status: 'ok', device: 1, bundle: base64(keys.bundle), metered: false }
    const answers = []
    for (let i = 0; i < 3; i++) answers.push(await ask({ identity: owner.name }))
    const devices = base64(record)
    const [one, two] = keys.one_time.map(base64)
    expect(answers).toEqual([
      [200, { ...rest, devices, one_time: one, kem_one_time: base64(keys.kem_one_time[0]) }],
      [200, { ...rest, devices, one_time: two }],
      [200, { ...rest, devices }],
    ])
    expect(await owner.ask({ type: 'get_key_counts' })).toMatchObject({ one_time: 0 })
  })

  test('are those of the device that is named, or of the first', async () => {
    const person = Person.draw()
    using _first = await arrive(relay, { ...ours, person })
    using second = await arrive(relay, { ...ours, person, device: 2 })
    const keys = publication(1)
    await second.ask(keys)
    const nothing = [404, { status: 'error', error: 'no keys' }]
    expect(await ask({ identity: person.name })).toEqual(nothing)
    expect(await ask({ identity: person.name, device: 3 })).toEqual(nothing)
    expect(await ask({ identity: Person.draw().name })).toEqual(nothing)
    expect(await ask({ identity: person.name, device: 2 })).toMatchObject([
      200,
      { device: 2, bundle: base64(keys.bundle) },
    ])
  })

  test('are not those of original clients', async () => {
    using owner = await arrive(relay)
    await owner.ask({
      type: 'publish_prekeys',
      identity_x25519_pub: draw(),
      signed_prekey: draw(),
      signed_prekey_sig: draw(64),
    })
    expect((await ask({ identity: owner.name }))[0]).toBe(404)
  })

  test('may be as large as what is published may be', async () => {
    using owner = await arrive(relay, ours)
    const keys = {
      type: 'publish_keys',
      bundle: draw(16_384),
      one_time: [draw(256)],
      kem_one_time: [draw(2048)],
    }
    const record = draw(65_536)
    await owner.ask(keys)
    await owner.ask({ type: 'publish_devices', record })
    expect(await ask({ identity: owner.name })).toEqual([
      200,
      {
        status: 'ok',
        device: 1,
        bundle: base64(keys.bundle),
        one_time: base64(keys.one_time[0]),
        kem_one_time: base64(keys.kem_one_time[0]),
        metered: false,
        devices: base64(record),
      },
    ])
  })

  test('of nobody and of no device are refused, and change nothing', async () => {
    using owner = await arrive(relay, ours)
    await owner.ask(publication(1))
    for (const body of [
      {},
      { identity: owner.name.slice(2) },
      { identity: owner.name, device: 0 },
    ]) {
      expect(await ask(body)).toMatchObject([400, { status: 'error' }])
    }
    expect(await owner.ask({ type: 'get_key_counts' })).toMatchObject({ one_time: 1 })
  })
})

describe('Keys that are asked for at every door', () => {
  test('are handed out once, however many ask at once', async () => {
    using owner = await arrive(relay, ours)
    using asker = await arrive(relay, ours)
    const keys = publication(10)
    await owner.ask(keys)
    const fetch = { type: 'get_key_bundle', target_pubkey: owner.name }
    asker.send(...Array.from({ length: 5 }, () => fetch))
    const [overLogin, ...others] = await Promise.all([
      asker.take(5),
      ...Array.from({ length: 5 }, () => direct({ identity: owner.name })),
      ...Array.from({ length: 5 }, () => sealed({ identity: owner.name })),
    ])
    for (const pool of ['one_time', 'kem_one_time'] as const) {
      const given = [
        ...overLogin
          .map((answer) => answer[pool])
          .flatMap((each) => (typeof each === 'string' ? [base64(each)] : [])),
        ...others.map(([, answer]) => answer[pool]).filter((each) => typeof each === 'string'),
      ]
      expect(given.toSorted()).toEqual(keys[pool].map(base64).toSorted())
    }
  })

  test('have one allowance, and their owner hears of it', async () => {
    await using strict = await startLive({
      database: 'memory',
      flags: { 'prekey-burst': '3', 'prekey-refill-per-minute': '1' },
    })
    using owner = await arrive(strict, ours)
    using asker = await arrive(strict, ours)
    const keys = publication(50)
    await owner.ask(keys)
    const identity = owner.name
    const fetch = { type: 'get_key_bundle', target_pubkey: identity }
    expect(await asker.ask(fetch)).toMatchObject({ metered: false })
    expect(await sealed({ identity }, strict)).toMatchObject([200, { metered: false }])
    expect(await direct({ identity }, strict)).toMatchObject([200, { metered: false }])
    await owner.expectNothing()
    const bare = { status: 'ok', device: 1, bundle: base64(keys.bundle), metered: true }
    expect(await direct({ identity }, strict)).toEqual([200, bare])
    expect(await sealed({ identity }, strict)).toEqual([200, bare])
    expect(await asker.ask(fetch)).toMatchObject({ metered: true })
    expect(await owner.next()).toEqual({
      type: 'keys_low',
      one_time: 47,
      kem_one_time: 47,
      metered: true,
    })
    await owner.expectNothing()
  })

  test('and run out: their owner hears of that, too', async () => {
    await using strict = await startLive({
      database: 'memory',
      flags: { 'pre-key-refill-threshold': '2' },
    })
    using owner = await arrive(strict, ours)
    await owner.ask(publication(2))
    await sealed({ identity: owner.name }, strict)
    expect(await owner.next()).toEqual({
      type: 'keys_low',
      one_time: 1,
      kem_one_time: 1,
      metered: false,
    })
  })

  test('are not there for an envelope of Vauchi, and not where the door is closed', async () => {
    using owner = await arrive(relay, ours)
    await owner.ask(publication(1))
    const action = { version: 2, action: 'keys', identity: owner.name }
    expect(bodyOf(await exchange(relay, padded(action)))).toEqual({
      status: 'error',
      error: 'unknown action: keys',
    })
    await using closed = await startLive({
      database: 'memory',
      flags: { 'oblivious-enabled': 'false' },
    })
    expect((await closed.post('/v2/keys', { identity: owner.name })).status).toBe(404)
    const answer = responseOf(await exchange(closed, binaryPost('/v2/keys', {})))
    expect(answer.status).toBe(404)
    expect((await closed.ask('GET', '/openapi.yaml')).text).not.toContain('/v2/')
  })

  test('leave no name of anybody in the log', async () => {
    using owner = await arrive(relay, ours)
    await owner.ask(publication(1))
    await direct({ identity: owner.name })
    await sealed({ identity: owner.name, device: 9 })
    const log = relay.lines.join('\n')
    expect(log).toContain('"route":"/v2/keys"')
    expect(log.toLowerCase()).not.toContain(owner.name.slice(0, 16))
  })
})
