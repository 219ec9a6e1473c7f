/**
 * @module Accounts and sessions of the Obscura protocol, seen from outside.
 */
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDevice, deviceToJson } from '#clients/device.ts'
import { RelayRefused } from '#clients/obscura.ts'
import { openStage, type Person, raw, type Stage } from '#scenarios/stage.ts'

const refusedWith = (status: number) => expect.objectContaining({ status })
const json = (body: unknown, token?: string): RequestInit => ({
  method: 'POST',
  headers: {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  },
  body: JSON.stringify(body),
})

describe.each(['bun', 'node'] as const)('sessions on %s', (runtime) => {
  let stage: Stage
  let ann: Person

  beforeAll(async () => {
    stage = await openStage(runtime)
    ann = await stage.join()
  })
  afterAll(async () => await stage[Symbol.asyncDispose]())

  test('a registered person can log in as the same user', async () => {
    expect(ann.session.userId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    expect(ann.session.refreshToken).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const session = await stage.client.login(ann)
    expect(session.userId).toBe(ann.session.userId)
  })

  test('a taken name is a conflict, and the first account still works', async () => {
    const again = stage.client.register(ann, createDevice(0))
    await expect(again).rejects.toEqual(refusedWith(409))
    await expect(again).rejects.toThrow('Username already exists')
    await stage.client.login(ann)
  })

  test('a password of 11 bytes is too short and one of 12 is not', async () => {
    const short = stage.client.register(
      { username: 'short', password: 'x'.repeat(11) },
      createDevice(0),
    )
    await expect(short).rejects.toThrow(/400.*at least 12 characters/)
    await stage.client.register({ username: 'enough', password: 'x'.repeat(12) }, createDevice(0))
  })

  test('an unknown user and a wrong password look the same', async () => {
    const unknown = await raw(stage, '/v1/sessions', json({ username: 'nobody', password: 'x' }))
    const wrong = await raw(stage, '/v1/sessions', json({ username: ann.username, password: 'x' }))
    expect([unknown.status, wrong.status]).toEqual([401, 401])
    expect(unknown.text).toBe(wrong.text)
    expect(JSON.parse(wrong.text)).toEqual({ error: 'Unauthorized' })
  })

  test('a refresh token works once', async () => {
    const session = await stage.client.login(ann)
    const next = await stage.client.refresh(session.refreshToken)
    expect(next.refreshToken).not.toBe(session.refreshToken)
    expect(next.userId).toBe(ann.session.userId)
    await expect(stage.client.refresh(session.refreshToken)).rejects.toEqual(refusedWith(401))
  })

  test('logging out ends the session, and only if it is mine', async () => {
    const ben = await stage.join(0)
    const session = await stage.client.login(ann)
    const theft = { ...ben.session, refreshToken: session.refreshToken }
    await stage.client.logout(theft)
    const next = await stage.client.refresh(session.refreshToken)
    await stage.client.logout(next)
    await expect(stage.client.refresh(next.refreshToken)).rejects.toEqual(refusedWith(401))
  })

  test('an access token without a session of ours is good if it is signed', async () => {
    const mint = (header: object, claims: object, secret = stage.secret): string => {
      const part = (value: object): string =>
        Buffer.from(JSON.stringify(value)).toString('base64url')
      const signed = `${part(header)}.${part(claims)}`
      return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
    }
    const now = Math.floor(Date.now() / 1000)
    const header = { typ: 'JWT', alg: 'HS256' }
    const good = { sub: ann.session.userId, exp: now + 60 }
    const status = async (token: string): Promise<number> => {
      const path = `/v1/messages/${ann.session.userId}`
      const headers = { authorization: `Bearer ${token}` }
      return (await raw(stage, path, { method: 'POST', headers, body: new Uint8Array() })).status
    }
    expect(await status(mint(header, good))).toBe(201)
    const bad = [
      mint(header, good, 'another secret of the same length'),
      mint({ ...header, alg: 'HS512' }, good),
      mint({ ...header, alg: 'none' }, good),
      mint(header, { sub: good.sub }),
      mint(header, { ...good, exp: now - 120 }),
      mint(header, { ...good, sub: 'nobody' }),
      mint(header, { ...good, aud: 'somebody' }),
      `${mint(header, good).split('.').slice(0, 2).join('.')}.`,
      'garbage',
      '',
    ]
    expect(await Promise.all(bad.map(status))).toEqual(bad.map(() => 401))
  })

  test.each([
    ['no body at all', {}, 415],
    ['another content type', { body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    ['broken JSON', json('x').body === undefined ? {} : { ...json({}), body: '{' }, 400],
    ['a list', json([]), 400],
    ['members that are missing', json({ username: 'x' }), 400],
    ['a name of 51 characters', registration({ username: 'n'.repeat(51) }), 400],
    ['an empty name', registration({ username: '' }), 400],
    [
      'a key of 32 bytes',
      registration({ identityKey: Buffer.alloc(32, 5).toString('base64') }),
      400,
    ],
    [
      'a key with another prefix',
      registration({ identityKey: Buffer.alloc(33, 6).toString('base64') }),
      400,
    ],
    ['a fractional registration id', registration({ registrationId: 1.5 }), 400],
    ['a huge registration id', registration({ registrationId: 2 ** 31 }), 400],
    [
      'the same one-time key id twice',
      registration({
        oneTimePreKeys: [1, 1].map((keyId) => ({
          keyId,
          publicKey: Buffer.alloc(33, 5).toString('base64'),
        })),
      }),
      400,
    ],
  ])('registering with %s is refused in JSON', async (_, request, status) => {
    const answer = await raw(stage, '/v1/users', { method: 'POST', ...request })
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.text)).toEqual({ error: expect.any(String) })
  })

  test('a signature with a changed bit is refused', async () => {
    const device = createDevice(0)
    const signature = new Uint8Array(device.signedPreKey.signature)
    signature[10] = (signature[10] ?? 0) ^ 1
    const spoilt = { ...device, signedPreKey: { ...device.signedPreKey, signature } }
    const credentials = { username: 'spoilt', password: 'x'.repeat(12) }
    const refused = stage.client.register(credentials, spoilt)
    await expect(refused).rejects.toThrow(/400.*Invalid signature/)
    await expect(refused).rejects.toBeInstanceOf(RelayRefused)
    await stage.client.register(credentials, device)
  })

  test('a request id comes back, or one is made', async () => {
    const headers = { 'x-request-id': 'test-request-id-123' }
    const echoed = await raw(stage, '/v1/nowhere', { headers })
    expect(echoed.headers.get('x-request-id')).toBe('test-request-id-123')
    const made = await raw(stage, '/openapi.yaml')
    expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f]+(-[0-9a-f]+){4}$/)
  })

  test('unknown paths and methods are refused', async () => {
    expect((await raw(stage, '/v1/nowhere')).status).toBe(404)
    const wrong = await raw(stage, '/v1/users')
    expect(wrong.status).toBe(405)
    expect(wrong.headers.get('allow')).toContain('POST')
  })
})

function registration(changes: object): RequestInit {
  const device = deviceToJson(createDevice(0))
  return json({ username: 'n', password: 'x'.repeat(12), ...device, ...changes })
}
