/**
 * @module What holds for every request (obscura reference §1.1 and §1.2, behaviour 17): the order of the checks, JSON,
 * unknown paths and methods, request ids.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import {
  deviceToJson,
  drawDevice,
} from '#door/obscura/contract/keys-for-tests.ts'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
let person: Person
beforeAll(async () => {
  relay = await RunningRelay.start({ database: 'memory' })
  person = await relay.join()
})
afterAll(() => relay[Symbol.asyncDispose]())

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const mebibytes = 2 ** 20

/** A login whose body is this text. */
const logIn = (body: string | Uint8Array, contentType: string | undefined = 'application/json') =>
  relay.ask('POST', '/v1/sessions', {
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    headers: contentType === undefined ? {} : { 'content-type': contentType },
  })

describe('The order of the checks', () => {
  test('the token comes before the id, the content type and the body', async () => {
    const wrongInEveryWay = { body: 'not json', headers: { 'content-type': 'text/plain' } }
    for (const [method, path] of [
      ['POST', '/v1/keys'],
      ['DELETE', '/v1/sessions'],
      ['POST', '/v1/messages/not-an-id'],
      ['GET', '/v1/attachments/not-an-id'],
    ] as const) {
      const answer = await relay.ask(method, path, method === 'GET' ? {} : wrongInEveryWay)
      expect([path, answer.status]).toEqual([path, 401])
    }
  })

  test('the id comes before the body', async () => {
    const answer = await relay.ask('POST', '/v1/messages/not-an-id', {
      token: person.token,
      body: Uint8Array.of(0xff),
    })
    expect([answer.status, answer.json]).toEqual([400, { error: 'Invalid recipient id' }])
  })

  test('the content type comes before the body', async () => {
    const answer = await logIn('not json', 'text/plain')
    expect(answer.status).toBe(415)
  })

  test('an announced body that is too large is refused before it is sent', async () => {
    const reply = await rawRequest(
      relay.port,
      `POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${3 * mebibytes}\r\n\r\n`,
    )
    expect(reply.status).toBe(413)
  })
})

describe('JSON bodies', () => {
  const credentials = JSON.stringify({ username: 'nobody', password: 'nothing' })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/vnd.api+json',
    'application/problem+json;charset=utf-8',
  ])('%s is JSON', async (contentType) => {
    expect((await logIn(credentials, contentType)).status).toBe(401)
  })

  test.each([
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'application/octet-stream',
    'application/jsonp',
    'application/+json/x',
    'json',
  ])('%s is 415', async (contentType) => {
    const answer = await logIn(credentials, contentType)
    expect([answer.status, answer.json]).toEqual([
      415,
      { error: 'Expected request with `Content-Type: application/json`' },
    ])
  })

  test('no content type is 415', async () => {
    const reply = await rawRequest(
      relay.port,
      `POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${credentials.length}\r\n\r\n${credentials}`,
    )
    expect(reply.status).toBe(415)
  })

  test.each([
    ['nothing', ''],
    ['half of it', credentials.slice(0, -1)],
    ['something behind it', `${credentials}!`],
    ['two values', `${credentials}${credentials}`],
    ['a comma too many', '{"username":"a","password":"b",}'],
    ['single quotes', "{'username':'a','password':'b'}"],
    ['NaN', '{"username":NaN}'],
    ['a byte order mark', `\ufeff${credentials}`],
    ['a line break in a text', '{"username":"a\nb","password":"c"}'],
    ['a depth that nobody has', '['.repeat(200_000)],
  ])('%s is 400', async (_, body) => {
    const answer = await logIn(body)
    expect(answer.status).toBe(400)
    expect(answer.json).toEqual({ error: 'Invalid JSON' })
  })

  test('bytes that are no UTF-8 are 400', async () => {
    const answer = await logIn(
      Buffer.concat([Buffer.from('{"username":"'), Buffer.of(0xff), Buffer.from('","password":"x"}')]),
    )
    expect([answer.status, answer.json]).toEqual([400, { error: 'Invalid JSON' }])
  })

  test.each([
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"text"'],
    ['no members', '{}'],
    ['a member missing', '{"username":"a"}'],
    ['a number for a text', '{"username":1,"password":"b"}'],
    ['null for a text', '{"username":null,"password":"b"}'],
    ['a list for a text', '{"username":["a"],"password":"b"}'],
    ['an inherited name', '{"__proto__":{"username":"a","password":"b"}}'],
  ])('%s is 400 that names the member and repeats nothing', async (_, body) => {
    const answer = await logIn(body)
    expect(answer.status).toBe(400)
    expect(Object.keys(answer.json as object)).toEqual(['error'])
  })

  test('unknown members are ignored, white space and order do not matter', async () => {
    const { username, password } = person
    const body = JSON.stringify({ toString: 1, password, more: { a: [1, 2] }, username, ['constructor']: null }, null, 2)
    expect((await logIn(`\r\n\t ${body} \n`)).status).toBe(200)
  })

  test.each([
    ['1.5', 'a fraction'],
    ['"1"', 'a text'],
    ['2147483648', 'more than 31 bits'],
    ['-2147483649', 'less than that'],
    ['1e99', 'a great deal more'],
    ['null', 'null'],
    ['true', 'a truth value'],
  ])('%s is no registration id: %s', async (text) => {
    const body = { username: 'nobody', password: 'twelve bytes', ...deviceToJson(drawDevice()) }
    const json = JSON.stringify({ ...body, registrationId: 4711 }).replace('4711', text)
    const answer = await relay.ask('POST', '/v1/users', {
      body: json,
      headers: { 'content-type': 'application/json' },
    })
    expect(answer.status).toBe(400)
    expect(String((answer.json as { error: string }).error)).toMatch(/^registrationId: /)
  })

  test('2 MiB are read, one byte more is 413', async () => {
    const fill = (bytes: number) => credentials.padEnd(bytes, ' ')
    expect((await logIn(fill(2 * mebibytes))).status).toBe(401)
    const answer = await logIn(fill(2 * mebibytes + 1))
    expect([answer.status, answer.json]).toEqual([
      413,
      { error: 'Body too large: 2097152 bytes at most' },
    ])
  })

  test('2 MiB and a byte in chunks are 413 too', async () => {
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`
    const reply = await rawRequest(
      relay.port,
      `POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(33)}0\r\n\r\n`,
    )
    expect(reply.status).toBe(413)
  })

  test('obscura 89: a body that does not arrive in time is 408', async () => {
    await using impatient = await RunningRelay.start({
      database: 'memory',
      flags: { 'request-timeout-secs': '1' },
    })
    const reply = await rawRequest(
      impatient.port,
      'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    )
    expect(reply.status).toBe(408)
  })
})

describe('Paths and methods', () => {
  test.each(['/v1', '/v1/', '/v2/users', '/v1/users/', '/v1/users/x', '/v1/keys/a/b', '/V1/users', '/v1//users', '/.well-known/x', '/v1/keys/', '/metrics', '/livez', '/readyz'])(
    '%s is 404 without a body',
    async (path) => {
      for (const method of ['GET', 'POST']) {
        const answer = await relay.ask(method, path)
        expect([answer.status, answer.text]).toEqual([404, ''])
        expect(answer.headers.get('x-request-id')).toMatch(uuid)
      }
    },
  )

  test.each([
    ['GET', '/v1/users', 'POST'],
    ['PUT', '/v1/users', 'POST'],
    ['GET', '/v1/sessions', 'POST, DELETE'],
    ['GET', '/v1/sessions/refresh', 'POST'],
    ['GET', '/v1/keys', 'POST'],
    ['POST', `/v1/keys/${randomUUID()}`, 'GET'],
    ['GET', `/v1/messages/${randomUUID()}`, 'POST'],
    ['POST', '/v1/gateway', 'GET'],
    ['GET', '/v1/attachments', 'POST'],
    ['DELETE', `/v1/attachments/${randomUUID()}`, 'GET'],
    ['POST', '/openapi.yaml', 'GET'],
    ['PATCH', '/v1/keys', 'POST'],
    ['OPTIONS', '/v1/keys', 'POST'],
  ])('%s %s is 405 and names %s', async (method, path, allow) => {
    const answer = await relay.ask(method, path)
    expect([answer.status, answer.text, answer.headers.get('allow')]).toEqual([405, '', allow])
  })

  test('HEAD is no GET: it takes no one-time key', async () => {
    const target = await relay.join({ oneTime: 1 })
    expect((await relay.ask('HEAD', `/v1/keys/${target.id}`)).status).toBe(405)
    expect((await relay.bundle(target.id)).oneTimePreKey).not.toBeNull()
  })

  test('a method that nobody knows is refused', async () => {
    for (const method of ['BREW', 'post', 'TRACE', 'PROPFIND']) {
      const request = `${method} /v1/users HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`
      // Bun ends the connection where Node answers.
      const reply = await rawRequest(relay.port, request).catch(() => ({ status: 400 }))
      expect([400, 404, 405, 501]).toContain(reply.status)
    }
  })

  test.each<[string, (id: string) => string]>([
    ['upper case', (id) => id.toUpperCase()],
    ['32 hex digits', (id) => id.replaceAll('-', '')],
    ['braces', (id) => `%7B${id}%7D`],
    ['braces as they are', (id) => `{${id}}`],
    ['a URN', (id) => `urn:uuid:${id}`],
    ['escaped digits', (id) => `%${(id.charCodeAt(0)).toString(16)}${id.slice(1)}`],
  ])('an id may be written in %s', async (_, write) => {
    const reply = await rawRequest(
      relay.port,
      `GET /v1/keys/${write(person.id)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    )
    expect([reply.status, JSON.parse(reply.body)]).toMatchObject([
      200,
      { registrationId: person.device.registrationId },
    ])
  })

  test.each(['x', '%', '%7B', '%00', '%ff', '..', 'null', '0', `${randomUUID()}x`, 'g'.repeat(32), '%2e%2e%2fusers'])(
    '%s is no id',
    async (text) => {
      const reply = await rawRequest(
        relay.port,
        `GET /v1/keys/${text} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
      )
      // `..` is resolved before anybody looks: what is left names no route.
      expect([400, 404, 405]).toContain(reply.status)
    },
  )
})

describe('Request ids', () => {
  test('obscura 17: the client’s own id comes back', async () => {
    const answer = await relay.ask('GET', `/v1/keys/${person.id}`, {
      headers: { 'x-request-id': 'test-request-id-123' },
    })
    expect(answer.headers.get('x-request-id')).toBe('test-request-id-123')
  })

  test('obscura 17: without one it is a UUID, and another for each request', async () => {
    const ids = new Set<string | null>()
    for (let i = 0; i < 3; i++) {
      const answer = await relay.ask('GET', '/v1/keys/x')
      expect(answer.headers.get('x-request-id')).toMatch(uuid)
      ids.add(answer.headers.get('x-request-id'))
    }
    expect(ids.size).toBe(3)
  })

  test('obscura 17: every kind of answer has one', async () => {
    const statuses: number[] = []
    for (const [method, path, json] of [
      ['POST', '/v1/users', {}],
      ['POST', '/v1/sessions', { username: 'a', password: 'b' }],
      ['POST', '/v1/keys', {}],
      ['GET', `/v1/keys/${randomUUID()}`, undefined],
      ['GET', `/v1/keys/${person.id}`, undefined],
      ['GET', '/nowhere', undefined],
      ['PUT', '/v1/keys', {}],
      ['GET', '/openapi.yaml', undefined],
    ] as const) {
      const answer = await relay.ask(method, path, {
        json,
        headers: { 'x-request-id': 'mine' },
      })
      statuses.push(answer.status)
      expect(answer.headers.get('x-request-id')).toBe('mine')
    }
    expect(statuses).toEqual([400, 401, 401, 404, 200, 404, 405, 200])
  })

  test.each([
    ['longer than 128', 'x'.repeat(129)],
    ['with a space', 'a b'],
    ['empty', ''],
    ['not ASCII', 'caf\xe9'],
    ['with a tab', 'a\tb'],
  ])('obscura 17: an id that is %s is replaced', async (_, id) => {
    const reply = await rawRequest(
      relay.port,
      `GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: ${id}\r\n\r\n`,
    )
    expect(reply.headers.get('x-request-id')).toMatch(uuid)
  })

  test('obscura 17: an id cannot bring a header of its own', async () => {
    const reply = await rawRequest(
      relay.port,
      'GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX-Request-Id: a%0d%0aSet-Cookie:x\r\n\r\n',
    )
    expect(reply.headers.has('set-cookie')).toBe(false)
    expect(reply.headers.get('x-request-id')).toBe('a%0d%0aSet-Cookie:x')
  })

  test('128 characters come back', async () => {
    const id = randomBytes(64).toString('hex')
    const answer = await relay.ask('GET', '/nowhere', { headers: { 'x-request-id': id } })
    expect(answer.headers.get('x-request-id')).toBe(id)
  })
})

describe('A client that leaves', () => {
  test('in the middle of its body is nobody’s failure', async () => {
    const before = relay.lines.length
    for (let i = 0; i < 5; i++) {
      const socket = connect(relay.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        'POST /v1/users HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"username":"a"',
      )
      await pause(20)
      socket.destroy()
    }
    await pause(100)
    expect((await relay.ask('GET', `/v1/keys/${person.id}`)).status).toBe(200)
    expect(relay.lines.slice(before).filter((line) => line.includes('"level":"error"'))).toEqual([])
  })

  test('while it waits for its password to be hashed is nobody’s failure', async () => {
    await using slow = await RunningRelay.start({
      database: 'memory',
      flags: { 'password-concurrency': '1' },
    })
    const body = JSON.stringify({ username: 'nobody', password: 'nothing' })
    const sockets = Array.from({ length: 6 }, () => {
      const socket = connect(slow.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        `POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      )
      return socket
    })
    await pause(60)
    for (const socket of sockets) socket.destroy()
    await slow.join()
    expect(slow.lines.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })
})
