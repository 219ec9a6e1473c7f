/**
 * @module What holds for every request (obscura reference §1.1 and §1.2, behaviour 17): the order of the checks, unknown
 * paths and methods, request ids, clients that leave.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes, randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
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
    const answer = await relay.ask('POST', '/v1/sessions', {
      body: 'not json',
      headers: { 'content-type': 'text/plain' },
    })
    expect(answer.status).toBe(415)
  })

  test('an announced body that is too large is refused before it is sent', async () => {
    const reply = await rawRequest(
      relay.port,
      `POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 3145728\r\n\r\n`,
    )
    expect(reply.status).toBe(413)
  })
})

describe('Paths and methods', () => {
  test.each([
    '/v1',
    '/v1/',
    '/v3/users',
    '/v1/users/',
    '/v1/users/x',
    '/v1/keys/a/b',
    '/V1/users',
    '/v1//users',
    '/.well-known/x',
    '/v1/keys/',
    '/metrics',
    '/livez',
    '/readyz',
  ])('%s is 404 without a body', async (path) => {
    for (const method of ['GET', 'POST']) {
      const answer = await relay.ask(method, path)
      expect([answer.status, answer.text]).toEqual([404, ''])
      expect(answer.headers.get('x-request-id')).toMatch(uuid)
    }
  })

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
    ['escaped digits', (id) => `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`],
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

  test.each([
    'x',
    '%',
    '%7B',
    '%00',
    '%ff',
    '..',
    'null',
    '0',
    `${randomUUID()}x`,
    'g'.repeat(32),
    '%2e%2e%2fusers',
  ])('%s is no id', async (text) => {
    const reply = await rawRequest(
      relay.port,
      `GET /v1/keys/${text} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    )
    // `..` is resolved before anybody looks: what is left names no route.
    expect([400, 404, 405]).toContain(reply.status)
  })
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
