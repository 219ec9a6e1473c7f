/**
 * @module The gateway's handshake, what comes first, and several sockets of one account (obscura reference §2.2 and §2.6,
 * behaviours 41–43, 48, 60, 75 and 76).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes, randomUUID } from 'node:crypto'
import { textOf } from '#door/obscura/contract/gateway-for-tests.ts'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import {
  basics,
  handshake,
  openRawSocket,
  RawSocket,
} from '#door/obscura/contract/raw-socket-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'
import { mint, seconds } from '#door/obscura/contract/tokens-for-tests.ts'

let relay: RunningRelay
let friend: Person
beforeAll(async () => {
  relay = await RunningRelay.start()
  friend = await relay.join()
})
afterAll(() => relay[Symbol.asyncDispose]())

describe('The handshake', () => {
  test.each<[string, string]>([
    ['no token', '/v1/gateway'],
    ['an empty token', '/v1/gateway?token='],
    ['garbage', '/v1/gateway?token=garbage'],
    ['a broken escape', '/v1/gateway?token=%E0%A4'],
    ['another parameter', '/v1/gateway?ticket=x'],
    ['an expired token', `/v1/gateway?token=${mint({ sub: randomUUID(), exp: seconds() - 100 })}`],
  ])('obscura 48: %s is 401', async (_, path) => {
    const reply = await openRawSocket(relay.port, path)
    if (reply instanceof RawSocket) throw new Error('The relay opened a socket')
    expect([reply.status, JSON.parse(reply.body)]).toEqual([401, { error: 'Unauthorized' }])
    expect(reply.headers.get('x-request-id')).toBeDefined()
  })

  test('the token may come in the Authorization header, which wins', async () => {
    const authorization = { Authorization: `Bearer ${friend.token}` }
    const opened = await openRawSocket(relay.port, '/v1/gateway', { headers: authorization })
    expect(opened).toBeInstanceOf(RawSocket)
    if (opened instanceof RawSocket) opened.terminate()
    const refused = await relay.tryConnect(friend.token, { headers: { Authorization: 'Bearer x' } })
    expect(refused).toMatchObject({ status: 401 })
  })

  test.each<[string, Record<string, string>]>([
    ['no Upgrade', { Upgrade: '' }],
    ['another Upgrade', { Upgrade: 'h2c' }],
    ['no Connection', { Connection: 'keep-alive' }],
    ['no version', { 'Sec-WebSocket-Version': '' }],
    ['an old version', { 'Sec-WebSocket-Version': '8' }],
    ['no key', { 'Sec-WebSocket-Key': '' }],
    ['a short key', { 'Sec-WebSocket-Key': 'AAAA' }],
  ])('%s is 400, behind the token', async (_, changes) => {
    const headers = { ...basics(), ...changes }
    const path = `/v1/gateway?token=${friend.token}`
    const reply = await rawRequest(relay.port, handshake(path, headers))
    expect([reply.status, JSON.parse(reply.body)]).toEqual([
      400,
      { error: 'Expected a WebSocket handshake' },
    ])
    const anonymous = await rawRequest(relay.port, handshake('/v1/gateway', headers))
    expect(anonymous.status).toBe(401)
  })

  test('a request that is no handshake closes nobody’s socket', async () => {
    await using narrow = await RunningRelay.start({
      database: 'memory',
      flags: { 'max-sockets-per-account': '1' },
    })
    const person = await narrow.join()
    using gateway = await narrow.connect(person)
    await gateway.ping()
    const path = `/v1/gateway?token=${person.token}`
    expect((await narrow.ask('GET', path)).status).toBe(400)
    await gateway.ping()
    expect(gateway.socket.isClosed).toBe(false)
    expect(await narrow.metric('sotto_gateway_sockets')).toBe(1)
  })

  test('the limiter comes first', async () => {
    await using limited = await RunningRelay.start({
      database: 'memory',
      flags: { 'rate-limit-per-second': '1', 'rate-limit-burst': '1' },
    })
    expect(await limited.tryConnect('garbage')).toMatchObject({ status: 401 })
    expect(await limited.tryConnect('garbage')).toMatchObject({ status: 429 })
  })

  test('obscura 60: an account without an identity key is told so', async () => {
    const token = mint({ sub: randomUUID(), exp: seconds() + 60 })
    using gateway = await relay.connect({ token })
    expect(await gateway.socket.closed()).toEqual({ code: 1008, reason: 'No identity key' })
  })

  test('obscura 76: a token that expires does not end its socket', async () => {
    let nowMillis = Date.now()
    await using timed = await RunningRelay.start({
      database: 'memory',
      clock: { now: () => nowMillis },
    })
    const [person, other] = await Promise.all([timed.join(), timed.join()])
    using gateway = await timed.connect(person)
    await gateway.ping()
    nowMillis += 3_600_000
    expect(await timed.tryConnect(person.token)).toMatchObject({ status: 401 })
    await timed.send(await timed.logIn(other), person, 'still open')
    expect(await gateway.texts(1)).toEqual(['still open'])
  })
})

describe('PreKeyStatus', () => {
  test('obscura 41: without one-time keys it is the first frame', async () => {
    const person = await relay.join({ oneTime: 0 })
    await relay.send(friend, person, 'behind it')
    using gateway = await relay.connect(person)
    expect(await gateway.status()).toEqual({ oneTimePreKeyCount: 0, minThreshold: 20 })
    expect(await gateway.texts(1)).toEqual(['behind it'])
  })

  test.each([
    [25, undefined],
    [20, undefined],
    [19, 19],
    [1, 1],
  ])('obscura 42: with %i one-time keys the status says %s', async (oneTime, count) => {
    const person = await relay.join({ oneTime })
    await relay.send(friend, person, 'a message')
    using gateway = await relay.connect(person)
    if (count !== undefined) {
      expect(await gateway.status()).toEqual({ oneTimePreKeyCount: count, minThreshold: 20 })
    }
    expect(await gateway.texts(1)).toEqual(['a message'])
    expect(await gateway.during(50)).toEqual([])
  })

  test('obscura 43: who is online hears of it when keys run low', async () => {
    const person = await relay.join({ oneTime: 21 })
    using gateway = await relay.connect(person)
    await gateway.ping()
    await relay.bundle(person.id)
    await relay.bundle(person.id)
    expect(await gateway.status()).toEqual({ oneTimePreKeyCount: 19, minThreshold: 20 })
  })

  test('obscura 43: and again when one more is wanted and none is left', async () => {
    const person = await relay.join({ oneTime: 0 })
    using gateway = await relay.connect(person)
    expect(await gateway.status()).toEqual({ oneTimePreKeyCount: 0, minThreshold: 20 })
    for (let i = 0; i < 2; i++) {
      await relay.bundle(person.id)
      expect(await gateway.status()).toEqual({ oneTimePreKeyCount: 0, minThreshold: 20 })
    }
  })

  test('obscura 43: fetches one after the other are one frame, if they come within half a second', async () => {
    const person = await relay.join({ oneTime: 25 })
    using gateway = await relay.connect(person)
    await gateway.ping()
    for (let i = 0; i < 12; i++) await relay.bundle(person.id)
    const frames = await gateway.during(700)
    expect(frames.length).toBeGreaterThan(0)
    expect(frames.length).toBeLessThan(4)
    expect(frames.at(-1)).toMatchObject({ oneTimePreKeyCount: 13 })
  })

  test('obscura 43: many fetches at once are few frames, and the last one is right', async () => {
    const person = await relay.join({ oneTime: 25 })
    using gateway = await relay.connect(person)
    await gateway.ping()
    await Promise.all(Array.from({ length: 20 }, () => relay.bundle(person.id)))
    const frames = await gateway.during(800)
    expect(frames.length).toBeGreaterThan(0)
    expect(frames.length).toBeLessThan(10)
    expect(frames.at(-1)).toEqual({
      kind: 'prekey-status',
      oneTimePreKeyCount: 5,
      minThreshold: 20,
    })
  })
})

describe('Several connections of one account', () => {
  test('obscura 75: each gets every message, and one acknowledgement removes it', async () => {
    const person = await relay.join()
    await relay.send(friend, person, 'stored')
    const sockets = await Promise.all([1, 2, 3].map(() => relay.connect(person)))
    for (const socket of sockets) expect(await socket.texts(1)).toEqual(['stored'])
    await relay.send(friend, person, 'live')
    const envelopes = await Promise.all(sockets.map((socket) => socket.envelope()))
    expect(envelopes.map(textOf)).toEqual(['live', 'live', 'live'])
    const [first] = sockets
    const [envelope] = envelopes
    if (first === undefined || envelope === undefined) throw new Error('No socket')
    first.acknowledge(envelope)
    await first.leave()
    expect(await relay.waiting(person)).toEqual(['stored'])
    for (const socket of sockets) socket.socket.terminate()
  })

  test('a slow one does not hold up the others', async () => {
    const person = await relay.join()
    using slow = await relay.connect(person)
    using quick = await relay.connect(person)
    await Promise.all([slow.ping(), quick.ping()])
    slow.socket.pause()
    const big = randomBytes(400_000)
    for (let i = 0; i < 25; i++) {
      await relay.send(friend, person, Buffer.concat([Buffer.of(i), big]))
      expect((await quick.envelope()).content[0]).toBe(i)
    }
    slow.socket.resume()
    const late = await slow.envelopes(25)
    expect(late.map(({ content }) => content[0])).toEqual(Array.from({ length: 25 }, (_, i) => i))
  })
})
