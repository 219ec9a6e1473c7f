/**
 * @module What counts as a JSON body (obscura reference §1.2, behaviour 89).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connect } from 'node:net'
import { eventually } from '#door/obscura/contract/inbox-for-tests.ts'
import { deviceToJson, drawDevice } from '#door/obscura/contract/keys-for-tests.ts'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
let person: Person
beforeAll(async () => {
  relay = await RunningRelay.start({ database: 'memory' })
  person = await relay.join()
})
afterAll(() => relay[Symbol.asyncDispose]())

const mebibytes = 2 ** 20

/** A login whose body is this text. */
const logIn = (body: string | Uint8Array, contentType: string | undefined = 'application/json') =>
  relay.ask('POST', '/v1/sessions', {
    body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    headers: contentType === undefined ? {} : { 'content-type': contentType },
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
      Buffer.concat([
        Buffer.from('{"username":"'),
        Buffer.of(0xff),
        Buffer.from('","password":"x"}'),
      ]),
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
    const body = JSON.stringify(
      { toString: 1, password, more: { a: [1, 2] }, username, ['constructor']: null },
      null,
      2,
    )
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

  test('obscura 89: a body that comes too slowly is 408', async () => {
    await using impatient = await RunningRelay.start({
      database: 'memory',
      flags: { 'request-timeout-secs': '1' },
    })
    // A piece now and then, so that the connection is never idle.
    const socket = connect(impatient.port, '127.0.0.1')
    socket.on('error', () => {})
    let received = ''
    socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
    socket.write(
      'POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    const dripping = setInterval(() => socket.write('1\r\n \r\n'), 100)
    try {
      await eventually('it is answered', () => received !== '')
    } finally {
      clearInterval(dripping)
      socket.destroy()
    }
    expect(received).toMatch(/^HTTP\/1\.1 408 /)
  })
})
