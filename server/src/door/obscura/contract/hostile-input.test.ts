/**
 * @module Input that nobody means well with, on every route and on the socket: never a 500, and nothing in the database
 * changes. The runs are drawn anew each time; a failure prints the seed that repeats it.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { createHash, randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { decodeEncryptedMessage } from '@sotto/wire'
import { deviceToJson, drawDevice } from '#door/obscura/contract/keys-for-tests.ts'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import { Opcode } from '#door/obscura/contract/raw-socket-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'
import { selectDriver } from '#store/sqlite/driver.ts'

let relay: RunningRelay
let person: Person
beforeAll(async () => {
  relay = await RunningRelay.start()
  person = await relay.join()
  await relay.send(person, person, 'what must stay')
})
afterAll(() => relay[Symbol.asyncDispose]())

/** A digest of every row of every table. */
async function rows(): Promise<string> {
  const open = await selectDriver()
  const connection = open(join(relay.folder, 'sotto.db'), { readOnly: true })
  const digest = createHash('sha256')
  for (const table of [
    'account',
    'session',
    'device',
    'one_time_prekey',
    'mailbox',
    'envelope',
    'blob',
  ]) {
    for (const row of connection
      .prepare<Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY 1`)
      .all()) {
      for (const value of Object.values(row)) {
        digest.update(value instanceof Uint8Array ? value : `${String(value)}|`)
      }
    }
  }
  connection.close()
  return digest.digest('hex')
}

async function unchangedBy(run: () => Promise<void>): Promise<void> {
  const before = await rows()
  await run()
  expect(await rows()).toBe(before)
  expect(relay.lines.filter((line) => line.includes('request.failed'))).toEqual([])
}

const jsonRoutes = [
  ['POST', '/v1/users'],
  ['POST', '/v1/sessions'],
  ['POST', '/v1/sessions/refresh'],
  ['DELETE', '/v1/sessions'],
  ['POST', '/v1/keys'],
] as const

/** JSON that has the names of ours in it, so that it gets further than the first member. */
const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.record(
    {
      username: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.string({ unit: 'binary' })),
      password: fc.oneof(
        fc.jsonValue({ maxDepth: 1 }),
        fc.string({ unit: 'binary', maxLength: 11 }),
      ),
      refreshToken: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.base64String()),
      identityKey: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.base64String()),
      registrationId: fc.oneof(fc.jsonValue({ maxDepth: 1 }), fc.double()),
      signedPreKey: fc.jsonValue({ maxDepth: 2 }),
      oneTimePreKeys: fc.jsonValue({ maxDepth: 2 }),
    },
    { requiredKeys: [] },
  ),
)

describe('Hostile input', () => {
  test('any JSON on any route that takes some', async () => {
    await unchangedBy(() =>
      fc.assert(
        fc.asyncProperty(fc.constantFrom(...jsonRoutes), json, async ([method, path], value) => {
          const answer = await relay.ask(method, path, { json: value, token: person.token })
          // A logout of a token that is nobody's is 200 and changes nothing.
          expect(path === '/v1/sessions' ? [200, 400, 401] : [400, 401]).toContain(answer.status)
        }),
        { numRuns: 300 },
      ),
    )
  })

  test('a registration with one member replaced is taken or refused, never a failure', async () => {
    const good = {
      username: 'x',
      password: 'twelve bytes',
      ...deviceToJson(drawDevice({ oneTime: 2 })),
    }
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(good)),
        fc.jsonValue({ maxDepth: 2 }),
        async (member, value) => {
          const body = { ...good, username: randomUUID(), [member]: value }
          const answer = await relay.post('/v1/users', body)
          expect([201, 400, 409]).toContain(answer.status)
        },
      ),
      { numRuns: 150 },
    )
    expect(relay.lines.filter((line) => line.includes('request.failed'))).toEqual([])
  })

  test('any bytes as a body of any route', async () => {
    await unchangedBy(() =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...jsonRoutes),
          fc.uint8Array({ maxLength: 200 }),
          async ([method, path], body) => {
            const headers = { 'content-type': 'application/json' }
            const answer = await relay.ask(method, path, { body, headers, token: person.token })
            expect([400, 401]).toContain(answer.status)
          },
        ),
        { numRuns: 150 },
      ),
    )
  })

  test('any bytes as a message: stored if they are one, refused if not', async () => {
    const byte = fc.oneof(fc.constantFrom(0x08, 0x12, 0x02, 0x00, 0x0a, 0xff), fc.nat(255))
    const stranger = await relay.join()
    await fc.assert(
      fc.asyncProperty(fc.array(byte, { maxLength: 40 }), async (bytes) => {
        const body = Uint8Array.from(bytes)
        const answer = await relay.ask('POST', `/v1/messages/${stranger.id}`, {
          token: person.token,
          body,
        })
        expect(answer.status).toBe(decodeEncryptedMessage(body) === undefined ? 400 : 201)
      }),
      { numRuns: 250 },
    )
    await unchangedBy(async () => {
      const answer = await relay.ask('POST', `/v1/messages/${randomUUID()}`, {
        token: person.token,
        body: '',
      })
      expect(answer.status).toBe(404)
    })
  })

  test('any path', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        'v1',
        'users',
        'keys',
        'messages',
        'sessions',
        'attachments',
        'gateway',
        '..',
        '.',
        '',
      ),
      fc.string({ maxLength: 20 }).map((text) => encodeURIComponent(text)),
      fc.stringMatching(/^[!-~]{0,20}$/).map((text) => text.replaceAll(/[#?]/g, '')),
      fc.constantFrom(
        '%00',
        '%',
        '%ff',
        '%2e%2e',
        '%2f',
        '{}',
        'urn:uuid:',
        '__proto__',
        'constructor',
      ),
    )
    await unchangedBy(() =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom('GET', 'POST', 'DELETE', 'PUT', 'HEAD'),
          fc.array(part, { maxLength: 5 }),
          fc.string({ maxLength: 10 }).map((text) => encodeURIComponent(text)),
          async (method, parts, query) => {
            const reply = await rawRequest(
              relay.port,
              `${method} /${parts.join('/')}?${query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n` +
                `Authorization: Bearer ${person.token}\r\nContent-Length: 0\r\n\r\n`,
            )
            expect(reply.status).toBeGreaterThanOrEqual(200)
            expect(reply.status).toBeLessThan(500)
          },
        ),
        { numRuns: 250 },
      ),
    )
  })

  test('any value of the headers that somebody reads', async () => {
    const value = fc.stringMatching(/^[\t -~\xa0-\xff]{0,60}$/)
    await unchangedBy(() =>
      fc.assert(
        fc.asyncProperty(
          fc.record({
            authorization: fc.oneof(
              value,
              value.map((text) => `Bearer ${text}`),
            ),
            'x-forwarded-for': value,
            'x-request-id': value,
            'content-type': value,
            'idempotency-key': value,
            'if-none-match': value,
          }),
          fc.constantFrom(
            'POST /v1/keys',
            `POST /v1/messages/${person.id}`,
            'GET /v1/gateway',
            `GET /v1/attachments/${randomUUID()}`,
            'POST /v1/users',
          ),
          async (headers, line) => {
            const lines = Object.entries(headers).map(([name, text]) => `${name}: ${text}\r\n`)
            const reply = await rawRequest(
              relay.port,
              `${line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines.join('')}Content-Length: 0\r\n\r\n`,
            )
            expect([400, 401, 415]).toContain(reply.status)
          },
        ),
        { numRuns: 200 },
      ),
    )
  })

  test('any frames on a socket: what they are not, they are ignored', async () => {
    const stranger = await relay.join()
    await relay.send(person, stranger, 'what must stay')
    using gateway = await relay.connect(stranger)
    await gateway.texts(1)
    const byte = fc.oneof(
      fc.constantFrom(0x5a, 0x0a, 0x12, 0x52, 0x62, 0x00, 0x24, 0xff),
      fc.nat(255),
    )
    await unchangedBy(() =>
      fc.assert(
        fc.asyncProperty(
          fc.array(fc.array(byte, { maxLength: 60 }), { maxLength: 5 }),
          fc.constantFrom(Opcode.binary, Opcode.text),
          async (frames, opcode) => {
            for (const bytes of frames) {
              // A text frame that is no UTF-8 breaks the protocol.
              const payload = opcode === Opcode.text ? bytes.map((each) => each & 0x7f) : bytes
              gateway.socket.send(opcode, Uint8Array.from(payload))
            }
            await gateway.ping()
          },
        ),
        { numRuns: 200 },
      ),
    )
  })
})
