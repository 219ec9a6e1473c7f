/**
 * @module The gateway's socket (obscura reference §2.2–§2.6, behaviours 41–43, 48, 55–60, 68, 75 and 76).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes, randomUUID } from 'node:crypto'
import { ackOfText, textOf } from '#door/obscura/contract/gateway-for-tests.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import {
  basics,
  frame,
  handshake,
  Opcode,
  openRawSocket,
  RawSocket,
} from '#door/obscura/contract/raw-socket-for-tests.ts'
import {
  mint,
  RunningRelay,
  seconds,
  type Person,
} from '#door/obscura/contract/running-relay-for-tests.ts'

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
    await relay.bundle(person.id)
    expect(await gateway.status()).toEqual({ oneTimePreKeyCount: 0, minThreshold: 20 })
  })

  test('obscura 43: many fetches at once are few frames, and the last one is right', async () => {
    const person = await relay.join({ oneTime: 25 })
    using gateway = await relay.connect(person)
    await gateway.ping()
    await Promise.all(Array.from({ length: 20 }, () => relay.bundle(person.id)))
    const frames = await gateway.during(1200)
    expect(frames.length).toBeGreaterThan(0)
    expect(frames.length).toBeLessThan(10)
    expect(frames.at(-1)).toEqual({ kind: 'prekey-status', oneTimePreKeyCount: 5, minThreshold: 20 })
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

describe('What clients send', () => {
  const envelopeFromClient = Buffer.concat([Buffer.of(0x52, 0x02), Buffer.of(0x0a, 0x00)])

  test.each<[string, Uint8Array]>([
    ['obscura 56: garbage', Uint8Array.of(0x99, 0x88, 0x77)],
    ['obscura 57: an ack of not-a-uuid', ackOfText('not-a-uuid')],
    ['obscura 57: an ack of 5 bytes', ackOfText('\x01\x02\x03\x04\x05')],
    ['obscura 57: an ack of 32 bytes', ackOfText('\x07'.repeat(32))],
    ['obscura 57: an ack without an id', Uint8Array.of(0x5a, 0x00)],
    ['obscura 58: an envelope', envelopeFromClient],
    ['obscura 58: a status', Uint8Array.of(0x62, 0x02, 0x08, 0x01)],
    ['a frame without a payload', Uint8Array.of()],
    ['a field that nobody knows', Uint8Array.of(0x7a, 0x01, 0x00)],
    ['a length without an end', Uint8Array.of(0x5a, 0xff, 0xff, 0xff, 0xff, 0x0f)],
    ['a text that is no UTF-8', Uint8Array.of(0x5a, 0x03, 0x0a, 0x01, 0xff)],
  ])('%s is ignored', async (_, bytes) => {
    using gateway = await relay.connect(friend)
    gateway.sendFrame(bytes)
    await gateway.ping()
    expect(gateway.socket.isClosed).toBe(false)
  })

  test('obscura 58: a text frame is ignored, even one that would be an acknowledgement', async () => {
    const person = await relay.join()
    await relay.send(friend, person, 'stays')
    const gateway = await relay.connect(person)
    const { id } = await gateway.envelope()
    gateway.socket.send(Opcode.text, Buffer.from('hello'))
    gateway.socket.send(Opcode.text, ackOfText(id))
    await gateway.ping()
    await gateway.leave()
    expect(await relay.waiting(person)).toEqual(['stays'])
  })

  test('obscura 59: an ack may come in pieces', async () => {
    const person = await relay.join()
    await relay.send(friend, person, 'goes')
    const gateway = await relay.connect(person)
    const { id } = await gateway.envelope()
    const ack = ackOfText(id)
    gateway.socket.send(Opcode.binary, ack.subarray(0, 10), { isFinal: false })
    gateway.socket.send(0, ack.subarray(10))
    await gateway.ping()
    await gateway.leave()
    expect(await relay.waiting(person)).toEqual([])
  })

  test.each<[string, Uint8Array]>([
    ['an unmasked frame', frame(Opcode.binary, Uint8Array.of(1), { isMasked: false })],
    ['a reserved bit', Uint8Array.of(0xc2, 0x80, 0, 0, 0, 0)],
    ['an opcode that is none', frame(3, Uint8Array.of(1))],
    ['a ping of 126 bytes', frame(Opcode.ping, new Uint8Array(126))],
    ['a ping in pieces', frame(Opcode.ping, Uint8Array.of(1), { isFinal: false })],
    ['a piece of nothing', frame(0, Uint8Array.of(1))],
    ['a message of 4 MiB', frame(Opcode.binary, new Uint8Array(2 ** 22))],
    ['the promise of 2^40 bytes', frame(Opcode.binary, Uint8Array.of(1), { claimedLength: 2 ** 40 })],
    ['half a close code', frame(Opcode.close, Uint8Array.of(3))],
  ])('%s ends that connection, and no other', async (_, bytes) => {
    using other = await relay.connect(friend)
    using gateway = await relay.connect(friend)
    await Promise.all([gateway.ping(), other.ping()])
    gateway.socket.write(bytes)
    const { code } = await gateway.socket.closed()
    expect([1002, 1006, 1007, 1009]).toContain(code)
    await other.ping()
  })

  test('a frame of the largest size is read', async () => {
    using gateway = await relay.connect(friend)
    gateway.sendFrame(new Uint8Array(2 * 2 ** 20 + 4096))
    await gateway.ping()
    gateway.sendFrame(new Uint8Array(2 * 2 ** 20 + 4097))
    expect([1006, 1009]).toContain((await gateway.socket.closed()).code)
  })

  test('a goodbye is answered', async () => {
    using gateway = await relay.connect(friend)
    await gateway.ping()
    gateway.socket.close(1000)
    expect(await gateway.socket.closed()).toEqual({ code: 1000, reason: '' })
  })
})

describe('Pings', () => {
  test('obscura 55: a ping is answered while a large backlog goes out', async () => {
    await using roomy = await RunningRelay.start({
      database: 'memory',
      flags: { 'batch-limit': '100' },
    })
    const [person, other] = await Promise.all([roomy.join(), roomy.join()])
    const big = randomBytes(500_000)
    await Promise.all(Array.from({ length: 100 }, () => roomy.send(other, person, big)))
    using gateway = await roomy.connect(person)
    await gateway.envelope()
    expect(await gateway.ping(Uint8Array.of(1, 2, 3), 5000)).toEqual(Uint8Array.of(1, 2, 3))
    await gateway.envelopes(99)
  })

  test('a ping comes back with what it brought', async () => {
    using gateway = await relay.connect(friend)
    for (const payload of [Uint8Array.of(), randomBytes(125)]) {
      expect(Buffer.compare(await gateway.ping(payload), payload)).toBe(0)
    }
  })

  test('obscura 68: the relay pings, and ends who gives no sign; any frame is one', async () => {
    await using lively = await RunningRelay.start({
      database: 'memory',
      flags: { 'ws-ping-interval-secs': '1', 'ws-ping-timeout-secs': '1' },
    })
    const [silent, polite, talkative] = await Promise.all([1, 2, 3].map(() => lively.join()))
    if (!silent || !polite || !talkative) throw new Error('Nobody joined')
    using dead = await lively.connect(silent, { answersPings: false })
    using alive = await lively.connect(polite)
    using talking = await lively.connect(talkative, { answersPings: false })
    await Promise.all([dead.socket.pings.next(), alive.socket.pings.next(), talking.socket.pings.next()])
    talking.sendFrame(Uint8Array.of(0x99))
    expect(await dead.socket.closed()).toEqual({ code: 1006, reason: '' })
    await Promise.all([alive.ping(), talking.ping()])
    await eventually(
      'the silent one is gone',
      async () => (await lively.metric('sotto_gateway_sockets')) === 2,
    )
    expect(lively.lines.filter((line) => line.includes('"reason":"silent"'))).toHaveLength(1)
  })
})
