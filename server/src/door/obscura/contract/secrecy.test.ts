/**
 * @module What the relay says about people: nothing. Everything that this door can do is done once, well and badly, at
 * the finest log level; then no id, name, address, token, key or word of anybody may stand in the log or in the metrics.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes, randomUUID } from 'node:crypto'
import {
  base64,
  deviceToJson,
  drawDevice,
  drawOneTimeKeys,
  drawSignedKey,
  oneTimeToJson,
  signedToJson,
} from '#door/obscura/contract/keys-for-tests.ts'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'
import { secret, tokensOf } from '#door/obscura/contract/tokens-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { eventCatalog } from '#watch/event-catalog.ts'

const address = '203.0.113.77'
const from = { 'x-forwarded-for': address }

let relay: RunningRelay
/** What must not be found, by what it is. */
const secrets = new Map<string, string>([
  ['the secret', secret],
  ['an address', address],
])
let said = ''
let metrics = ''

beforeAll(async () => {
  // With a person's data in the message of an error that nobody foresaw.
  const store = openMemoryStore()
  const find = store.accounts.findByUsername.bind(store.accounts)
  store.accounts.findByUsername = async (username) => {
    if (username.startsWith('explode')) {
      throw new TypeError(`Cannot find ${username} at ${address} with 'quoted' and ${someUuid}`)
    }
    return await find(username)
  }
  keep('a username in an error', 'explode-4711-somebody')
  keep('an id in an error', someUuid)
  relay = await RunningRelay.start({
    store,
    flags: {
      'max-inbox-size': '5',
      'max-sockets-per-account': '2',
      'storage-max-size-bytes': '1000',
      'ws-ack-batch-size': '1',
      'prekey-burst': '3',
      'prekey-refill-per-minute': '1',
      'rate-limit-burst': '60',
      'rate-limit-per-second': '60',
    },
  })
  await driveEverything()
  metrics = (await relay.askOps('/metrics')).text
  await relay.stop()
  said = relay.lines.join('\n')
})
afterAll(() => relay[Symbol.asyncDispose]())

const someUuid = randomUUID()

function keep(what: string, text: string): string {
  secrets.set(`${what} (${secrets.size})`, text)
  return text
}

async function join(oneTime = 25): Promise<Person> {
  const person = await relay.join({ oneTime })
  keep('a username', person.username)
  keep('a password', person.password)
  keep('a user id', person.id)
  keep('a user id without hyphens', person.id.replaceAll('-', ''))
  keepTokens(person)
  keepDevice(person.device)
  return person
}

function keepTokens({ token, refreshToken }: { token: string; refreshToken: string }): void {
  keep('an access token', token)
  for (const part of token.split('.').slice(1)) keep('a part of a token', part)
  keep('a refresh token', refreshToken)
}

function keepDevice({ identity, signed, oneTime }: Person['device']): void {
  for (const bytes of [
    identity.publicKey,
    signed.publicKey,
    signed.signature,
    oneTime[0]?.publicKey,
  ]) {
    if (bytes === undefined) continue
    keep('a key', base64(bytes))
    keep('a key in hex', Buffer.from(bytes).toString('hex'))
  }
}

async function driveEverything(): Promise<void> {
  const [person, friend] = [await join(), await join(2)]

  // Accounts and sessions.
  keepTokens(await relay.logIn(person))
  const { username, password } = person
  await relay.post('/v1/sessions', {
    username,
    password: keep('a wrong password', 'wrong password 99'),
  })
  await relay.post('/v1/sessions', { username: keep('an unknown user', 'nobody-4711'), password })
  await relay.post('/v1/sessions', { username: 'explode-4711-somebody', password })
  await relay.post('/v1/users', { username, password, ...deviceToJson(person.device) })
  await relay.post('/v1/users', { username, password: 'short', ...deviceToJson(person.device) })
  await relay.ask('POST', '/v1/users', {
    body: `{"username":"${keep('a name in broken JSON', 'broken-4711')}"`,
    headers: { 'content-type': 'application/json' },
  })
  const next = tokensOf(await relay.refresh(friend.refreshToken), 200)
  keepTokens(next)
  await relay.refresh(friend.refreshToken)
  await relay.refresh(keep('an unknown refresh token', randomBytes(32).toString('base64url')))

  // Keys.
  await relay.post(
    '/v1/keys',
    {
      signedPreKey: signedToJson(drawSignedKey(friend.device.identity, 2)),
      oneTimePreKeys: drawOneTimeKeys(1, 50).map(oneTimeToJson),
    },
    friend.token,
  )
  await relay.post('/v1/keys', { signedPreKey: 7 }, friend.token)
  for (let i = 0; i < 5; i++) await relay.bundle(friend.id)
  await relay.ask('GET', `/v1/keys/${keep('an unknown id', randomUUID())}`, { headers: from })
  await relay.ask('GET', `/v1/keys/${keep('what is no id', 'somebody-4711')}`)

  // Messages, and a socket.
  const requestId = keep('a request id', `request-${randomUUID()}`)
  const text = keep('a message', `message ${randomUUID()}`)
  const gateway = await relay.connect(person, { headers: from })
  const key = keep('an idempotency key', randomUUID())
  const headers = {
    ...from,
    'x-request-id': requestId,
    'idempotency-key': key,
    'user-agent': keep('a user agent', 'agent-4711'),
  }
  await relay.trySend(friend, person, text, headers)
  await relay.trySend(friend, person, text, headers)
  const envelope = await gateway.envelope()
  keep('a message id', envelope.id)
  gateway.acknowledge(envelope)
  gateway.sendFrame(Uint8Array.of(0x99))
  await relay.send(friend, person, ...['1', '2', '3', '4', '5'])
  await relay.trySend(friend, person, 'one too many')
  await relay.trySend(friend, { id: randomUUID() }, 'to nobody')
  await relay.ask('POST', `/v1/messages/${person.id}`, {
    token: friend.token,
    body: 'garbage',
    headers: from,
  })
  await relay.tryConnect(keep('a bad token', `eyJ${randomBytes(20).toString('hex')}`), {
    headers: from,
  })
  await relay.ask('GET', `/v1/gateway?token=${person.token}`)
  await gateway.leave()
  using watching = await relay.connect(friend)
  await watching.ping()

  // Attachments.
  const { token } = person
  const stored = await relay.ask('POST', '/v1/attachments', {
    token,
    body: keep('an attachment', 'attachment 4711'),
  })
  const id = keep('an attachment id', (stored.json as { id: string }).id)
  await relay.ask('GET', `/v1/attachments/${id}`, { token })
  await relay.ask('GET', `/v1/attachments/${keep('an unknown attachment', randomUUID())}`, {
    token,
  })
  await relay.ask('POST', '/v1/attachments', { token, body: randomBytes(2000) })

  // Paths, methods, limits, an upload that breaks the protocol.
  await relay.ask(
    'GET',
    `/${keep('a path', `nowhere-${randomUUID()}`)}?${keep('a query', 'query-4711')}`,
  )
  await relay.ask('PUT', '/v1/keys')
  await rawRequest(
    relay.port,
    `BREW /${keep('a strange path', 'pot-4711')} HTTP/1.1\r\nHost: x\r\n\r\n`,
  ).catch(() => undefined)
  await rawRequest(
    relay.port,
    `GET / HTTP/1.1\r\nHost: ${keep('a host', 'host-4711.example')}\r\nConnection: close\r\n\r\n`,
  )
  await Promise.all(
    Array.from({ length: 80 }, () => relay.ask('GET', '/v1/keys/x', { headers: from })),
  )

  // Endings.
  const device = drawDevice()
  keepDevice(device)
  await eventually(
    'the limit has passed',
    async () => (await relay.post('/v1/keys', deviceToJson(device), next.token)).status === 200,
  )
  await watching.socket.closed()
  await relay.logOut(person.token, person.refreshToken)
  await relay.logOut(person.token, person.refreshToken)
  await Promise.all([relay.askOps('/readyz'), relay.askOps('/health'), relay.askOps('/build-info')])
}

describe('Secrecy', () => {
  test('what was done was told', () => {
    const told = new Set(relay.lines.map((line) => (JSON.parse(line) as { event: string }).event))
    for (const event of [
      'account.registered',
      'account.login',
      'account.session',
      'account.taken-over',
      'prekeys.served',
      'prekeys.low',
      'message.accepted',
      'message.refused',
      'message.delivered',
      'message.acknowledged',
      'gateway.opened',
      'gateway.closed',
      'gateway.refused',
      'attachment.handled',
      'request.answered',
      'request.limited',
      'request.failed',
    ]) {
      expect(told).toContain(event)
    }
  })

  test('no line of the log holds anything of anybody', () => {
    expect(secrets.size).toBeGreaterThan(60)
    const found = [...secrets].filter(([, text]) => said.includes(text)).map(([what]) => what)
    expect(found).toEqual([])
  })

  test('nor do the metrics', () => {
    expect(metrics.length).toBeGreaterThan(1000)
    const found = [...secrets].filter(([, text]) => metrics.includes(text)).map(([what]) => what)
    expect(found).toEqual([])
  })

  test('every line is an event of the catalogue, with the fields that stand there', () => {
    const catalog: Readonly<Record<string, { fields: Readonly<Record<string, string>> }>> =
      eventCatalog
    for (const line of relay.lines) {
      const { time, level, event, leftOut, ...fields } = JSON.parse(line) as Record<string, unknown>
      expect([typeof time, typeof level]).toEqual(['string', 'string'])
      expect(['undefined', 'number']).toContain(typeof leftOut)
      expect(Object.keys(fields).toSorted()).toEqual(
        Object.keys(catalog[String(event)]?.fields ?? {}).toSorted(),
      )
    }
  })

  test('labels take their values from short lists', () => {
    const values = new Set<string>()
    for (const [, value = ''] of metrics.matchAll(/\w+="([^"]*)"/g)) values.add(value)
    const long = [...values].filter((value) => !/^[\w./{}+-]{1,40}$/.test(value))
    expect(long).toEqual([])
    // Routes are named by their templates.
    expect(values).toContain('/v1/keys/{userId}')
  })
})
