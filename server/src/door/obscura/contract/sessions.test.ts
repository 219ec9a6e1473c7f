/**
 * @module Logging in, refreshing, logging out (obscura reference §1.6–§1.8, behaviours 7–13). Time is in the tests'
 * hands.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { tokensOf } from '#door/obscura/contract/tokens-for-tests.ts'

const dayMillis = 86_400_000

let nowMillis = Date.now()
let relay: RunningRelay
beforeAll(async () => {
  relay = await RunningRelay.start({ clock: { now: () => nowMillis } })
})
afterAll(() => relay[Symbol.asyncDispose]())

const unauthorized = { error: 'Unauthorized' }

/** What only a token that is good now can do, without changing anything that a test looks at. */
async function isGood(token: string): Promise<boolean> {
  const answer = await relay.logOut(token, 'not a refresh token')
  return answer.status === 200
}

describe('Sessions', () => {
  test('obscura 7: a refresh token is exchanged for a new pair', async () => {
    const person = await relay.join()
    const answer = await relay.refresh(person.refreshToken)
    const { token, refreshToken, expiresAt } = tokensOf(answer, 200)
    expect(refreshToken).toMatch(/^[\w-]{43}$/)
    expect(refreshToken).not.toBe(person.refreshToken)
    expect(expiresAt).toBe(Math.floor(nowMillis / 1000) + 900)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await isGood(token)).toBe(true)
    expect((await relay.refresh(refreshToken)).status).toBe(200)
  })

  test('obscura 8: a spent refresh token is 401', async () => {
    const person = await relay.join()
    expect((await relay.refresh(person.refreshToken)).status).toBe(200)
    const again = await relay.refresh(person.refreshToken)
    expect([again.status, again.json]).toEqual([401, unauthorized])
  })

  test('obscura 8: of many who present one token at once, one gets the pair', async () => {
    const person = await relay.join()
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => relay.refresh(person.refreshToken)),
    )
    const granted = answers.filter((answer) => answer.status === 200)
    expect(granted).toHaveLength(1)
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(7)
    // They came within the grace: the session goes on.
    const [answer] = granted
    if (answer === undefined) throw new Error('Nobody was granted')
    expect((await relay.refresh(tokensOf(answer, 200).refreshToken)).status).toBe(200)
  })

  test('a spent token that comes back within 10 s is a retry: refused, and the session goes on', async () => {
    const person = await relay.join()
    const next = tokensOf(await relay.refresh(person.refreshToken), 200)
    nowMillis += 10_000
    expect((await relay.refresh(person.refreshToken)).status).toBe(401)
    expect(await isGood(next.token)).toBe(true)
    expect((await relay.refresh(next.refreshToken)).status).toBe(200)
  })

  test('a spent token that comes back later ends the whole session: tokens, successors, sockets', async () => {
    const person = await relay.join()
    const next = tokensOf(await relay.refresh(person.refreshToken), 200)
    const other = await relay.logIn(person)
    using socket = await relay.connect(next)
    using otherSocket = await relay.connect(other)
    await Promise.all([socket.ping(), otherSocket.ping()])
    expect(await isGood(next.token)).toBe(true)

    nowMillis += 10_001
    const replayed = await relay.refresh(person.refreshToken)
    expect([replayed.status, replayed.json]).toEqual([401, unauthorized])
    expect(await socket.socket.closed()).toEqual({ code: 4003, reason: 'Session ended' })
    expect(await isGood(person.token)).toBe(false)
    expect(await isGood(next.token)).toBe(false)
    expect((await relay.refresh(next.refreshToken)).status).toBe(401)

    expect(await isGood(other.token)).toBe(true)
    await otherSocket.ping()
    expect((await relay.refresh(other.refreshToken)).status).toBe(200)
  })

  test('reuse is found generations later', async () => {
    const person = await relay.join()
    let { refreshToken } = person
    for (let i = 0; i < 4; i++) {
      nowMillis += 60_000
      refreshToken = tokensOf(await relay.refresh(refreshToken), 200).refreshToken
    }
    expect((await relay.refresh(person.refreshToken)).status).toBe(401)
    expect((await relay.refresh(refreshToken)).status).toBe(401)
  })

  test('obscura 9: after logout the refresh token is 401', async () => {
    const person = await relay.join()
    const answer = await relay.logOut(person.token, person.refreshToken)
    expect([answer.status, answer.text]).toEqual([200, ''])
    const refused = await relay.refresh(person.refreshToken)
    expect([refused.status, refused.json]).toEqual([401, unauthorized])
  })

  test('logout ends the access tokens and sockets of that session, and of no other', async () => {
    const person = await relay.join()
    const second = await relay.logIn(person)
    using first = await relay.connect(person)
    using other = await relay.connect(second)
    await Promise.all([first.ping(), other.ping()])
    const refreshed = tokensOf(await relay.refresh(person.refreshToken), 200)
    expect((await relay.logOut(second.token, refreshed.refreshToken)).status).toBe(200)

    expect(await first.socket.closed()).toEqual({ code: 4003, reason: 'Session ended' })
    expect(await isGood(person.token)).toBe(false)
    expect(await isGood(refreshed.token)).toBe(false)
    const refused = await relay.tryConnect(refreshed.token)
    expect(refused).toMatchObject({ status: 401 })

    expect(await isGood(second.token)).toBe(true)
    await other.ping()
  })

  test('logout with a token that was spent ends the session too', async () => {
    const person = await relay.join()
    const next = tokensOf(await relay.refresh(person.refreshToken), 200)
    expect((await relay.logOut(next.token, person.refreshToken)).status).toBe(200)
    expect((await relay.refresh(next.refreshToken)).status).toBe(401)
  })

  test('logging out twice is 401: the token went with the session', async () => {
    const person = await relay.join()
    expect((await relay.logOut(person.token, person.refreshToken)).status).toBe(200)
    expect((await relay.logOut(person.token, person.refreshToken)).status).toBe(401)
  })

  test('obscura 10: past its time a refresh token is 401', async () => {
    const person = await relay.join()
    nowMillis += 30 * dayMillis - 1000
    const next = tokensOf(await relay.refresh(person.refreshToken), 200)
    nowMillis += 30 * dayMillis
    const refused = await relay.refresh(next.refreshToken)
    expect([refused.status, refused.json]).toEqual([401, unauthorized])
  })

  test('obscura 12: a wrong password and an unknown user get the same answer', async () => {
    const { username, password } = await relay.join()
    const wrong = await relay.post('/v1/sessions', { username, password: `${password}!` })
    const unknown = await relay.post('/v1/sessions', { username: `${username}!`, password })
    expect(wrong.status).toBe(401)
    expect(wrong.json).toEqual(unauthorized)
    expect([unknown.status, unknown.text]).toEqual([wrong.status, wrong.text])
    const names = (headers: Headers) => [...headers.keys()].toSorted()
    expect(names(unknown.headers)).toEqual(names(wrong.headers))
  })

  test('login has no smallest password, and no username that it chokes on', async () => {
    for (const username of ['', 'x'.repeat(100_000), 'nul\0', '\ud83d', '%_']) {
      const answer = await relay.post('/v1/sessions', { username, password: 'p' })
      expect([answer.status, answer.json]).toEqual([401, unauthorized])
    }
  })

  test('obscura 13: logging out with somebody else’s refresh token is 200 and changes nothing', async () => {
    const [mine, theirs] = await Promise.all([relay.join(), relay.join()])
    expect((await relay.logOut(mine.token, theirs.refreshToken)).status).toBe(200)
    expect(await isGood(theirs.token)).toBe(true)
    expect((await relay.refresh(theirs.refreshToken)).status).toBe(200)
  })

  test.each(['', 'short', 'A'.repeat(43), 'ä', '\0', 'A'.repeat(100_000)])(
    'a refresh token that never was is 401 (%#)',
    async (refreshToken) => {
      const answer = await relay.refresh(refreshToken)
      expect([answer.status, answer.json]).toEqual([401, unauthorized])
    },
  )

  test('sessions outlive a restart, and so do their ends', async () => {
    await using first = await RunningRelay.start()
    const [stays, goes] = await Promise.all([first.join(), first.join()])
    await first.logOut(goes.token, goes.refreshToken)
    await first.stop()
    await using second = await RunningRelay.start({ folder: first.folder })
    expect(
      (
        await second.ask('DELETE', '/v1/sessions', {
          token: goes.token,
          json: { refreshToken: 'x' },
        })
      ).status,
    ).toBe(401)
    expect((await second.refresh(goes.refreshToken)).status).toBe(401)
    expect(
      (
        await second.ask('DELETE', '/v1/sessions', {
          token: stays.token,
          json: { refreshToken: 'x' },
        })
      ).status,
    ).toBe(200)
    expect((await second.refresh(stays.refreshToken)).status).toBe(200)
  })
})
