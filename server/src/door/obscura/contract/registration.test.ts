/**
 * @module POST /v1/users (obscura reference §1.5, behaviours 1–6 and 11).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import {
  base64,
  deviceToJson,
  drawDevice,
  drawOneTimeKeys,
  drawSignedKey,
  oneTimeToJson,
  signedToJson,
} from '#door/obscura/contract/keys-for-tests.ts'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import {
  claimsOf,
  seconds,
  subjectOf,
  tokensOf,
  type Tokens,
} from '#door/obscura/contract/tokens-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await RunningRelay.start()
})
afterAll(() => relay[Symbol.asyncDispose]())

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function registration(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    username: `user-${randomBytes(8).toString('hex')}`,
    password: 'twelve bytes',
    ...deviceToJson(drawDevice({ oneTime: 2 })),
    ...changes,
  }
}

const register = (changes?: Readonly<Record<string, unknown>>) =>
  relay.post('/v1/users', registration(changes))

describe('Registration', () => {
  test('obscura 1: valid keys are answered with 201 and the three members', async () => {
    const before = seconds()
    const answer = await register()
    expect(answer.status).toBe(201)
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { token, refreshToken, expiresAt } = tokensOf(answer, 201)
    expect(Object.keys(answer.json as Tokens)).toEqual(['token', 'refreshToken', 'expiresAt'])
    expect(refreshToken).toMatch(/^[\w-]{43}$/)
    expect(expiresAt).toBeGreaterThanOrEqual(before + 900)
    expect(expiresAt).toBeLessThanOrEqual(seconds() + 900)
    expect(claimsOf(token)['exp']).toBe(expiresAt)
  })

  test('obscura 2: the same password logs in, and `sub` is a UUID', async () => {
    const person = await relay.join()
    const { token, refreshToken } = await relay.logIn(person)
    expect(subjectOf(token)).toMatch(uuid)
    expect(subjectOf(token)).toBe(person.id)
    expect(refreshToken).not.toBe(person.refreshToken)
  })

  test('the token is HS256, with the header that clients know', async () => {
    const { token } = await relay.join()
    expect(token.split('.')[0]).toBe('eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9')
    expect(Object.keys(claimsOf(token)).toSorted()).toEqual(['exp', 'sid', 'sub'])
  })

  test('obscura 3: anyone may fetch the bundle of an account with two one-time keys', async () => {
    const person = await relay.join({ oneTime: 2 })
    const answer = await relay.ask('GET', `/v1/keys/${person.id}`)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      registrationId: person.device.registrationId,
      identityKey: base64(person.device.identity.publicKey),
      signedPreKey: signedToJson(person.device.signed),
      oneTimePreKey: expect.anything(),
    })
  })

  test('obscura 4: with zero one-time keys the bundle is 200 with null', async () => {
    const person = await relay.join({ oneTime: 0 })
    expect((await relay.bundle(person.id)).oneTimePreKey).toBeNull()
  })

  test.each(['nine char', 'eleven char', 'ä'.repeat(5), ''])(
    'obscura 5: a password of fewer than 12 bytes is 400 (%s)',
    async (password) => {
      const answer = await register({ password })
      expect(answer.status).toBe(400)
      expect(answer.json).toEqual({ error: 'Password must be at least 12 characters long' })
    },
  )

  test.each(['twelve chars', 'ä'.repeat(6)])(
    'obscura 6: 12 bytes of password are enough (%s)',
    async (password) => {
      expect((await register({ password })).status).toBe(201)
    },
  )

  test('a password of 1024 bytes is taken, a longer one is 400', async () => {
    expect((await register({ password: 'p'.repeat(1024) })).status).toBe(201)
    const answer = await register({ password: 'p'.repeat(1025) })
    expect([answer.status, answer.json]).toEqual([
      400,
      { error: 'Password must be at most 1024 bytes long' },
    ])
  })

  test('obscura 11: a taken username is 409, and the first account still works', async () => {
    const first = await relay.join()
    const answer = await register({ username: first.username })
    expect([answer.status, answer.json]).toEqual([409, { error: 'Username already exists' }])
    await relay.logIn(first)
    expect((await relay.bundle(first.id)).identityKey).toBe(base64(first.device.identity.publicKey))
  })

  test('obscura 11: of many who ask for one username at once, one gets it', async () => {
    const username = `contested-${randomBytes(4).toString('hex')}`
    const answers = await Promise.all(Array.from({ length: 6 }, () => register({ username })))
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([
      201, 409, 409, 409, 409, 409,
    ])
  })

  test('usernames are told apart by case', async () => {
    const name = `Case-${randomBytes(4).toString('hex')}`
    expect((await register({ username: name })).status).toBe(201)
    expect((await register({ username: name.toLowerCase() })).status).toBe(201)
  })

  test.each([
    ['one character', 'é'],
    ['50 characters', randomBytes(25).toString('hex')],
    ['50 characters of two code units', '🙂'.repeat(44) + randomBytes(3).toString('hex')],
    ['spaces and punctuation', ` "'; DROP -- ${randomBytes(4).toString('hex')}`],
  ])('a username may be %s', async (_, username) => {
    expect((await register({ username })).status).toBe(201)
  })

  test.each([
    ['empty', '', 'Username must be 1 to 50 characters long'],
    ['51 characters', 'u'.repeat(51), 'Username must be 1 to 50 characters long'],
    ['a NUL', 'nul\0nul', 'Username must not contain control characters'],
    ['a line break', 'line\nbreak', 'Username must not contain control characters'],
    ['half a character', 'half\ud83d', 'Username must not contain control characters'],
  ])('a username that is or has %s is 400', async (_, username, error) => {
    const answer = await register({ username })
    expect([answer.status, answer.json]).toEqual([400, { error }])
  })

  test('a key id that stands twice is 400 and names it', async () => {
    const oneTimePreKeys = [...drawOneTimeKeys(2, 7), ...drawOneTimeKeys(1, 8)].map(oneTimeToJson)
    const answer = await register({ oneTimePreKeys })
    expect([answer.status, answer.json]).toEqual([400, { error: 'Duplicate prekey ID: 8' }])
  })

  test('100 one-time keys are taken, 101 are 400', async () => {
    const hundred = drawOneTimeKeys(100).map(oneTimeToJson)
    expect((await register({ oneTimePreKeys: hundred })).status).toBe(201)
    const more = drawOneTimeKeys(101).map(oneTimeToJson)
    const answer = await register({ oneTimePreKeys: more })
    expect([answer.status, answer.json]).toEqual([400, { error: 'Batch too large. Limit is 100' }])
  })

  test('what fails leaves the username free', async () => {
    const stranger = drawDevice()
    const body = registration({ signedPreKey: signedToJson(drawSignedKey(stranger.identity, 1)) })
    const refused = await relay.post('/v1/users', body)
    expect([refused.status, refused.json]).toEqual([400, { error: 'Invalid signature' }])
    const { username, password } = body
    expect((await relay.post('/v1/sessions', { username, password })).status).toBe(401)
    expect((await register({ username })).status).toBe(201)
  })

  test.each([0, -1, 2 ** 31 - 1, -(2 ** 31)])('any int32 is a registration id (%i)', async (id) => {
    const answer = await register({ registrationId: id })
    const { token } = tokensOf(answer, 201)
    expect((await relay.bundle(subjectOf(token))).registrationId).toBe(id)
  })
})
