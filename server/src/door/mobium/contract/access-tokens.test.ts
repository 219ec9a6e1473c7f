/**
 * @module Attachments for who is logged in at the live door: a token for them, and for nothing else.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceToJson, drawDevice } from '#door/obscura/contract/keys-for-tests.ts'
import type { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { arrive, startLive } from '#door/mobium/contract/live-relay-for-tests.ts'

let ahead = 0
let relay: RunningRelay
beforeAll(async () => {
  relay = await startLive({ database: 'memory', clock: { now: () => Date.now() + ahead } })
})
afterAll(() => relay[Symbol.asyncDispose]())

async function tokenOf(where: RunningRelay): Promise<string> {
  using client = await arrive(where)
  const { type, token, expires_at } = await client.ask({ type: 'get_access_token' })
  expect(type).toBe('access_token')
  const seconds = Number(expires_at) - Math.floor((Date.now() + ahead) / 1000)
  expect(seconds).toBeGreaterThan(290)
  expect(seconds).toBeLessThanOrEqual(300)
  return String(token)
}

describe('An access token', () => {
  test('is good for attachments', async () => {
    const token = await tokenOf(relay)
    const stored = await relay.ask('POST', '/v1/attachments', { token, body: 'sealed' })
    expect(stored.status).toBe(201)
    // What the contract of attachments says.
    const { id } = stored.json as { readonly id: string }
    const other = await tokenOf(relay)
    const read = await relay.ask('GET', `/v1/attachments/${id}`, { token: other })
    expect([read.status, read.text]).toEqual([200, 'sealed'])
  })

  test('is refused everywhere else', async () => {
    const token = await tokenOf(relay)
    const person = await relay.join()
    const answers = [
      await relay.trySend({ token }, person, 'from nobody'),
      await relay.post('/v1/keys', deviceToJson(drawDevice()), token),
      await relay.logOut(token, person.refreshToken),
    ]
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403])
    const opened = await relay.tryConnect(token)
    expect('status' in opened ? opened.status : 101).toBe(403)
    // And the one who was named has lost nothing.
    expect((await relay.refresh(person.refreshToken)).status).toBe(200)
  })

  test('is good for five minutes', async () => {
    const token = await tokenOf(relay)
    const upload = async () =>
      (await relay.ask('POST', '/v1/attachments', { token, body: 'sealed' })).status
    expect(await upload()).toBe(201)
    // With a minute for clocks that are wrong.
    ahead += 361_000
    expect(await upload()).toBe(401)
  })
})
