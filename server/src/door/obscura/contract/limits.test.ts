/**
 * @module What the relay allows itself to be asked for: rates by address, sockets, passwords at once (obscura reference
 * §3.3, behaviours 91–100).
 */
import { describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { GatewayClient } from '#door/obscura/contract/gateway-for-tests.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

const start = (flags: Readonly<Record<string, string>>) =>
  RunningRelay.start({ database: 'memory', flags })

const standard = (perSecond: number, burst: number) => ({
  'rate-limit-per-second': String(perSecond),
  'rate-limit-burst': String(burst),
})

/** A request of the standard tier, by whom it may concern. */
async function askAs(relay: RunningRelay, forwardedFor?: string): Promise<number> {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor }
  return (await relay.ask('GET', '/v1/keys/nobody', { headers })).status
}

describe('Rates', () => {
  test('obscura 91: at 1/s with burst 1 the second request is 429, with or without a token', async () => {
    await using relay = await start(standard(1, 1))
    expect(await relay.tryConnect('garbage')).toMatchObject({ status: 401 })
    expect(await relay.tryConnect('garbage')).toMatchObject({ status: 429 })
    expect(await askAs(relay)).toBe(429)
  })

  test('obscura 92: behind a trusted proxy each client has a bucket of its own', async () => {
    await using relay = await start(standard(1, 2))
    const statuses = []
    for (const client of ['1.1.1.1', '2.2.2.2', '1.1.1.1', '2.2.2.2', '1.1.1.1', '2.2.2.2']) {
      statuses.push(await askAs(relay, client))
    }
    expect(statuses).toEqual([400, 400, 400, 400, 429, 429])
  })

  test('obscura 93: what stands to the left of the client is not believed', async () => {
    await using relay = await start(standard(1, 1))
    expect(await askAs(relay, '9.9.9.9, 1.1.1.1, 2.2.2.2')).toBe(400)
    expect(await askAs(relay, 'different.spoof, 2.2.2.2')).toBe(429)
  })

  test('obscura 94: changing it evades nothing, and harms nobody', async () => {
    await using relay = await start(standard(1, 1))
    expect(await askAs(relay, '5.5.5.5, 2.2.2.2')).toBe(400)
    for (let i = 0; i < 5; i++) expect(await askAs(relay, `5.5.5.${i}, 2.2.2.2`)).toBe(429)
    expect(await askAs(relay, '5.5.5.5')).toBe(400)
  })

  test('obscura 95: twenty clients at once all pass', async () => {
    await using relay = await start(standard(1, 1))
    const statuses = await Promise.all(
      Array.from({ length: 20 }, (_, i) => askAs(relay, `203.0.113.${i}`)),
    )
    expect(new Set(statuses)).toEqual(new Set([400]))
  })

  test('obscura 96: without X-Forwarded-For the peer is limited', async () => {
    await using relay = await start(standard(1, 1))
    expect([await askAs(relay), await askAs(relay)]).toEqual([400, 429])
    expect(await askAs(relay, '198.51.100.7')).toBe(400)
  })

  test('obscura 97: the tier of logins leaves the other one alone', async () => {
    await using relay = await start({
      ...standard(100, 100),
      'auth-rate-limit-per-second': '1',
      'auth-rate-limit-burst': '3',
    })
    const credentials = { username: 'nobody', password: 'nothing' }
    const statuses = []
    for (const [method, path] of [
      ['POST', '/v1/users'],
      ['POST', '/v1/sessions'],
      ['POST', '/v1/sessions/refresh'],
      ['DELETE', '/v1/sessions'],
      ['POST', '/v1/sessions'],
    ] as const) {
      statuses.push((await relay.ask(method, path, { json: credentials })).status)
    }
    expect(statuses).toEqual([400, 401, 400, 429, 429])
    expect(await askAs(relay)).toBe(400)
  })

  test('obscura 98: who waits as long as retry-after says is let in', async () => {
    await using relay = await start(standard(1, 1))
    await askAs(relay)
    const refused = await relay.ask('GET', '/v1/keys/nobody')
    expect(refused.status).toBe(429)
    expect(refused.json).toEqual({ error: 'Too many requests, wait for 1 s' })
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(refused.headers.get('x-ratelimit-after')).toBe('1')
    expect(refused.headers.get('x-request-id')).toBeTruthy()
    await pause(1000)
    expect(await askAs(relay)).toBe(400)
  })

  test('obscura 99: a longer wait is told in whole seconds, rounded up', async () => {
    await using relay = await start({
      'auth-rate-limit-per-second': '1',
      'auth-rate-limit-burst': '1',
    })
    const ask = () => relay.post('/v1/sessions/refresh', { refreshToken: 'x' })
    expect((await ask()).status).toBe(401)
    expect((await ask()).headers.get('retry-after')).toBe('1')
  })

  test('documents, unknown paths and wrong methods are not limited', async () => {
    await using relay = await start(standard(1, 1))
    await askAs(relay)
    expect(await askAs(relay)).toBe(429)
    for (let i = 0; i < 3; i++) {
      expect((await relay.ask('GET', '/openapi.yaml')).status).toBe(200)
      expect((await relay.ask('GET', '/nowhere')).status).toBe(404)
      expect((await relay.ask('PUT', '/v1/keys')).status).toBe(405)
      expect((await relay.askOps('/livez')).status).toBe(200)
    }
  })

  test('the limiter comes before the token and before the body', async () => {
    await using relay = await start(standard(1, 1))
    await askAs(relay)
    const path = `/v1/messages/${randomUUID()}`
    const reply = await rawRequest(
      relay.port,
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n`,
    )
    expect(reply.status).toBe(429)
  })

  test('obscura 100: a peer that is no trusted proxy is itself, whatever it says', async () => {
    await using relay = await start({ ...standard(1, 1), 'trusted-proxies': '10.0.0.0/8' })
    expect(await askAs(relay, '1.1.1.1')).toBe(400)
    expect(await askAs(relay, '2.2.2.2')).toBe(429)
  })

  test('IPv6 clients are counted by their /64, mapped IPv4 by itself', async () => {
    await using relay = await start(standard(1, 1))
    expect(await askAs(relay, '2001:db8::1')).toBe(400)
    expect(await askAs(relay, '2001:db8::ffff:1')).toBe(429)
    expect(await askAs(relay, '2001:db8:0:1::1')).toBe(400)
    expect(await askAs(relay, '::ffff:192.0.2.1')).toBe(400)
    expect(await askAs(relay, '192.0.2.1')).toBe(429)
  })
})

describe('Sockets', () => {
  test('--max-sockets-per-account: one more closes the oldest of that account', async () => {
    await using relay = await start({ 'max-sockets-per-account': '2' })
    const [person, other] = await Promise.all([relay.join(), relay.join()])
    using bystander = await relay.connect(other)
    using first = await relay.connect(person)
    using second = await relay.connect(person)
    using third = await relay.connect(person)
    expect(await first.socket.closed()).toEqual({ code: 1008, reason: 'Too many connections' })
    await Promise.all([second.ping(), third.ping(), bystander.ping()])
    await eventually(
      'three are open',
      async () => (await relay.metric('sotto_gateway_sockets')) === 3,
    )
    // The next one closes the oldest of those that are left.
    using fourth = await relay.connect(person)
    expect(await second.socket.closed()).toEqual({ code: 1008, reason: 'Too many connections' })
    await Promise.all([third.ping(), fourth.ping()])
  })

  test('--max-sockets-per-account: one that is being closed and does not read does not count', async () => {
    await using relay = await start({ 'max-sockets-per-account': '1' })
    const person = await relay.join()
    using deaf = await relay.connect(person)
    await deaf.ping()
    deaf.socket.pause()
    using second = await relay.connect(person)
    await second.ping()
    using third = await relay.connect(person)
    expect(await second.socket.closed()).toEqual({ code: 1008, reason: 'Too many connections' })
    await third.ping()
  })

  test('--max-sockets: one more is 503, until one goes', async () => {
    await using relay = await start({ 'max-sockets': '2' })
    const person = await relay.join()
    const first = await relay.connect(person)
    using second = await relay.connect(await relay.join())
    const refused = await relay.tryConnect(person.token)
    if (refused instanceof GatewayClient) throw new Error('The relay opened a socket')
    expect([refused.status, JSON.parse(refused.body)]).toEqual([
      503,
      { error: 'Too many connections' },
    ])
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    await first.leave()
    await eventually('one is gone', async () => (await relay.metric('sotto_gateway_sockets')) === 1)
    using third = await relay.connect(person)
    await Promise.all([second.ping(), third.ping()])
  })

  test('sockets that come and go leave nothing behind', async () => {
    await using relay = await start({ 'max-sockets': '5', 'max-sockets-per-account': '5' })
    const person = await relay.join()
    for (let i = 0; i < 30; i++) {
      const gateway = await relay.connect(person)
      if (i % 3 === 0) gateway.socket.terminate()
      else if (i % 3 === 1) await gateway.leave()
      else gateway.socket.close(1001)
      await eventually(
        'it is gone',
        async () => (await relay.metric('sotto_gateway_sockets')) === 0,
      )
    }
  })
})

describe('Passwords', () => {
  test('more of them at once than the line holds are 503, and the rest are answered', async () => {
    await using relay = await start({ 'password-concurrency': '1' })
    const person = await relay.join()
    const { username, password } = person
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        i % 2 === 0
          ? relay.post('/v1/sessions', { username, password })
          : relay.post('/v1/sessions', { username: randomUUID(), password }),
      ),
    )
    const busy = answers.filter((answer) => answer.status === 503)
    expect(busy.length).toBeGreaterThan(0)
    for (const { json, headers } of busy) {
      expect(json).toEqual({ error: 'Too many logins at once' })
      expect(headers.get('retry-after')).toBe('1')
    }
    const answered = new Set(answers.map((answer) => answer.status))
    expect(answered).toEqual(new Set([200, 401, 503]))
    await relay.logIn(person)
  })
})
