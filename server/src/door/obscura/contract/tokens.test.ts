/**
 * @module Who is let in by an access token (obscura reference §1.2, behaviours 14–16). The tokens here are made by
 * hand, with the relay's own secret.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomUUID } from 'node:crypto'
import { rawRequest } from '#door/obscura/contract/raw-http-for-tests.ts'
import { RunningRelay, type Person } from '#door/obscura/contract/running-relay-for-tests.ts'
import { claimsOf, mint, seconds } from '#door/obscura/contract/tokens-for-tests.ts'

let relay: RunningRelay
let person: Person
beforeAll(async () => {
  relay = await RunningRelay.start({ database: 'memory' })
  person = await relay.join()
})
afterAll(() => relay[Symbol.asyncDispose]())

const unauthorized = { error: 'Unauthorized' }

/** Every route that wants a token, with a request that is otherwise fine. */
const guarded = [
  ['DELETE', '/v1/sessions', { json: { refreshToken: 'x' } }],
  ['POST', '/v1/keys', { json: {} }],
  ['POST', `/v1/messages/${randomUUID()}`, { body: '' }],
  ['POST', '/v1/attachments', { body: 'bytes' }],
  ['GET', `/v1/attachments/${randomUUID()}`, {}],
] as const

async function statusWith(authorization: string): Promise<number> {
  const answer = await relay.ask('DELETE', '/v1/sessions', {
    json: { refreshToken: 'x' },
    headers: { authorization },
  })
  return answer.status
}

const statusOf = (token: string) => statusWith(`Bearer ${token}`)
const claims = () => ({ sub: person.id, exp: seconds() + 60 })

describe('Access tokens', () => {
  test('a token of another issuer with the same secret is good: `sub` and `exp` are all it needs', async () => {
    expect(await statusOf(mint(claims()))).toBe(200)
    expect(await statusOf(mint({ ...claims(), iat: 1, iss: 'x', jti: 'y', device: 7 }))).toBe(200)
  })

  test('obscura 14: 60 s of leeway for clocks: 30 s past is good, 61 s past is not', async () => {
    expect(await statusOf(mint({ sub: person.id, exp: seconds() - 30 }))).toBe(200)
    expect(await statusOf(mint({ sub: person.id, exp: seconds() - 62 }))).toBe(401)
  })

  test('obscura 14: the same when the relay has seen the token before', async () => {
    let nowMillis = Date.now()
    await using timed = await RunningRelay.start({
      database: 'memory',
      clock: { now: () => nowMillis },
    })
    const someone = await timed.join()
    const status = async () => (await timed.logOut(someone.token, 'x')).status
    expect(await status()).toBe(200)
    nowMillis = (someone.expiresAt + 59) * 1000
    expect(await status()).toBe(200)
    nowMillis = (someone.expiresAt + 61) * 1000
    expect(await status()).toBe(401)
  })

  test.each<[string, () => string]>([
    [
      'alg none, unsigned',
      () =>
        `${mint(claims(), { header: { typ: 'JWT', alg: 'none' } })
          .split('.', 2)
          .join('.')}.`,
    ],
    ['alg none, signed', () => mint(claims(), { header: { typ: 'JWT', alg: 'none' } })],
    ['HS512', () => mint(claims(), { header: { typ: 'JWT', alg: 'HS512' }, digest: 'sha512' })],
    ['HS384 that says HS256', () => mint(claims(), { digest: 'sha384' })],
    ['a header without alg', () => mint(claims(), { header: { typ: 'JWT' } })],
    ['RS256', () => mint(claims(), { header: { typ: 'JWT', alg: 'RS256' } })],
    [
      'a critical header that nobody knows',
      () => mint(claims(), { header: { alg: 'HS256', crit: ['x'], x: 1 } }),
    ],
    ['another secret', () => mint(claims(), { key: 'another secret of twenty bytes' })],
    ['an empty secret', () => mint(claims(), { key: '' })],
    ['no exp', () => mint({ sub: person.id })],
    ['exp as a text', () => mint({ sub: person.id, exp: String(seconds() + 60) })],
    ['no sub', () => mint({ exp: seconds() + 60 })],
    ['a sub that is no UUID', () => mint({ ...claims(), sub: 'somebody' })],
    ['a sub that is a number', () => mint({ ...claims(), sub: 7 })],
    ['an audience', () => mint({ ...claims(), aud: 'somebody else' })],
    ['a list of audiences', () => mint({ ...claims(), aud: [] })],
    ['a session that never was', () => mint({ ...claims(), sid: 'AAAAAAAAAAAAAAAAAAAAAA' })],
    ['a session that is no text', () => mint({ ...claims(), sid: 7 })],
    ['an empty session', () => mint({ ...claims(), sid: '' })],
    ['claims that are no object', () => mint([])],
    ['four parts', () => `${mint(claims())}.AAAA`],
    ['two parts', () => mint(claims()).split('.', 2).join('.')],
    ['a changed signature', () => flipped(mint(claims()), -5)],
    ['changed claims', () => flipped(mint(claims()), 60)],
    ['3000 characters', () => mint({ ...claims(), padding: 'x'.repeat(2000) })],
  ])('obscura 15: %s is 401', async (_, token) => {
    expect(await statusOf(token())).toBe(401)
  })

  test.each<[string, () => string | undefined]>([
    ['no header', () => undefined],
    ['NotBearer', () => `NotBearer ${person.token}`],
    ['bearer in lower case', () => `bearer ${person.token}`],
    ['Basic', () => `Basic ${person.token}`],
    ['the token alone', () => person.token],
    ['two spaces', () => `Bearer  ${person.token}`],
    ['no space', () => `Bearer${person.token}`],
    ['another character for the space', () => `Bearer_${person.token}`],
    ['a tab for the space', () => `Bearer\t${person.token}`],
    ['nothing behind Bearer', () => 'Bearer '],
    ['garbage', () => 'Bearer garbage'],
    ['dots', () => 'Bearer ...'],
  ])('obscura 16: %s is 401 on every route that wants a token', async (_, authorization) => {
    for (const [method, path, asked] of guarded) {
      const value = authorization()
      const headers = value === undefined ? {} : { authorization: value }
      const answer = await relay.ask(method, path, { ...asked, headers })
      expect([method, path, answer.status, answer.json]).toEqual([method, path, 401, unauthorized])
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  test('obscura 16: bytes that are no text in the header are 401, or 400 before anybody looks', async () => {
    for (const value of ['Bearer \xff\xfe', 'Bearer \xc3\xa4', 'Bearer a\x01b', 'Bearer a\0b']) {
      const reply = await rawRequest(
        relay.port,
        `GET /v1/attachments/${randomUUID()} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: ${value}\r\n\r\n`,
      )
      expect([400, 401]).toContain(reply.status)
    }
  })

  test('obscura 16: a token in the query is for the gateway alone', async () => {
    for (const [method, path, asked] of guarded) {
      const answer = await relay.ask(method, `${path}?token=${person.token}`, asked)
      expect(answer.status).toBe(401)
    }
  })

  test('two tokens of one session in one second are the same; of two sessions they are not', async () => {
    const frozen = Date.now()
    await using still = await RunningRelay.start({
      database: 'memory',
      clock: { now: () => frozen },
    })
    const someone = await still.join()
    const other = await still.logIn(someone)
    expect(other.token).not.toBe(someone.token)
    expect(claimsOf(other.token)['sub']).toBe(someone.id)
  })

  test('a token for an account that is not there does nothing', async () => {
    const token = mint({ sub: randomUUID(), exp: seconds() + 60 })
    const refused = await relay.post('/v1/keys', {}, token)
    expect(refused.status).toBe(400)
    const sent = await relay.trySend({ token }, person, 'from nobody')
    expect(sent.status).toBe(201)
    const gateway = await relay.connect({ token })
    expect(await gateway.socket.closed()).toEqual({ code: 1008, reason: 'No identity key' })
  })
})

/** With another character of base64url at this place. */
function flipped(token: string, at: number): string {
  const place = at < 0 ? token.length + at : at
  const other = token[place] === 'A' ? 'B' : 'A'
  return token.slice(0, place) + other + token.slice(place + 1)
}
