import { describe, expect, test } from 'vitest'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import type { AccountId } from '@sotto/wire'
import { createAccessTokens, leewaySeconds } from '#guard/access-token.ts'

/** Long enough for every HMAC, so that a refusal is about the algorithm. */
const secret = new TextEncoder().encode('a secret of more than thirty-two bytes '.repeat(2))
const account = Uint8Array.from({ length: 16 }, (_, i) => i) as AccountId
const accountText = '00010203-0405-0607-0809-0a0b0c0d0e0f'
const session = new Uint8Array(16).fill(9)
const ttlSeconds = 900

function open({ isOpen = async () => true }: { isOpen?: () => Promise<boolean> } = {}) {
  let nowMillis = 1_800_000_000_000
  let lookUps = 0
  const tokens = createAccessTokens({
    secret,
    ttlSeconds,
    nowMillis: () => nowMillis,
    sessionIsOpen: () => {
      lookUps++
      return isOpen()
    },
  })
  return {
    tokens,
    lookUps: () => lookUps,
    at: (seconds: number) => (nowMillis = seconds * 1000),
    isGood: async (token: string) => (await tokens.verify(token)) !== undefined,
  }
}

function mint(
  claims: unknown,
  header: unknown = { typ: 'JWT', alg: 'HS256' },
  digest = 'sha256',
): string {
  const parts = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signature = createHmac(digest, secret).update(parts.join('.')).digest('base64url')
  return [...parts, signature].join('.')
}

const now = 1_800_000_000
const good = { sub: accountText, exp: now + 100 }

describe('Access tokens', () => {
  test('what was issued is verified, with account and session', async () => {
    const { tokens } = open()
    const { token, expiresAtSeconds } = await tokens.issue({ account, session })
    expect(expiresAtSeconds).toBe(now + ttlSeconds)
    const caller = await tokens.verify(token)
    expect([...(caller?.account ?? [])]).toEqual([...account])
    expect([...(caller?.session ?? [])]).toEqual([...session])
  })

  test('the bytes are those of the protocol: header, `sub`, `exp`, and our `sid`', async () => {
    const { tokens } = open()
    const { token } = await tokens.issue({ account, session })
    const sid = Buffer.from(session).toString('base64url')
    expect(token).toBe(mint({ sub: accountText, exp: now + ttlSeconds, sid }))
    expect(token).toMatch(/^eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9\./)
    const { token: bare } = await tokens.issue({ account, session: undefined })
    expect(bare).toBe(mint({ sub: accountText, exp: now + ttlSeconds }))
  })

  test('a token for attachments says so, in a claim and to who verifies it, often and once', async () => {
    const { tokens, at } = open()
    const request = { account, session: undefined, scope: 'attachments', ttlSeconds: 300 } as const
    const { token, expiresAtSeconds } = await tokens.issue(request)
    expect(expiresAtSeconds).toBe(now + 300)
    expect(token).toBe(mint({ sub: accountText, exp: now + 300, scope: 'attachments' }))
    for (const use of ['once', 'often', 'often'] as const) {
      expect((await tokens.verify(token, use))?.scope).toBe('attachments')
    }
    at(now + 300 + leewaySeconds + 1)
    expect(await tokens.verify(token)).toBeUndefined()
  })

  test('a token without a scope is good for everything', async () => {
    const { tokens } = open()
    expect((await tokens.verify(mint(good)))?.scope).toBe('all')
    const { token } = await tokens.issue({ account, session, scope: 'all' })
    expect(token).toBe((await tokens.issue({ account, session })).token)
  })

  test('a token of a session cannot outlive what is kept of revocations', async () => {
    const { tokens } = open()
    const long = { account, ttlSeconds: ttlSeconds + 1 }
    await expect(tokens.issue({ ...long, session })).rejects.toThrow(RangeError)
    const { expiresAtSeconds } = await tokens.issue({ ...long, session: undefined })
    expect(expiresAtSeconds).toBe(now + ttlSeconds + 1)
  })

  test('a token of no session is good, and asks nobody', async () => {
    const { tokens, lookUps } = open({ isOpen: async () => false })
    expect((await tokens.verify(mint(good)))?.session).toBeUndefined()
    expect(lookUps()).toBe(0)
  })

  test('the store is asked once for each token, and from then on nobody waits', async () => {
    const { tokens, lookUps } = open()
    const { token } = await tokens.issue({ account, session })
    expect(tokens.verify(token)).toBeInstanceOf(Promise)
    await tokens.verify(token)
    const before = lookUps()
    expect(tokens.verify(token)).toMatchObject({ account })
    expect(lookUps()).toBe(before)
  })

  test('a session that ended before the token was seen refuses it', async () => {
    const { tokens, isGood } = open({ isOpen: async () => false })
    const { token } = await tokens.issue({ account, session })
    expect(await isGood(token)).toBe(false)
  })

  test('a revoked session refuses its tokens: seen, unseen, and being looked up', async () => {
    const answer = Promise.withResolvers<boolean>()
    let isSlow = false
    const { tokens, isGood } = open({
      isOpen: () => (isSlow ? answer.promise : Promise.resolve(true)),
    })
    const { token: seen } = await tokens.issue({ account, session })
    expect(await isGood(seen)).toBe(true)
    isSlow = true
    const sid = Buffer.from(session).toString('base64url')
    const underWay = isGood(mint({ ...good, sid, other: 1 }))
    tokens.revoke(session)
    answer.resolve(true)
    expect(await underWay).toBe(false)
    expect(await isGood(seen)).toBe(false)
    expect(await isGood(mint({ ...good, sid }))).toBe(false)
    const other = new Uint8Array(16).fill(8)
    const { token } = await tokens.issue({ account, session: other })
    expect(await isGood(token)).toBe(true)
  })

  test('a revocation is remembered for as long as a token can live, and forgotten then', async () => {
    const { tokens, isGood, at } = open()
    const { token } = await tokens.issue({ account, session })
    tokens.revoke(session)
    at(now + ttlSeconds + leewaySeconds - 1)
    tokens.revoke(new Uint8Array(16))
    expect(await isGood(token)).toBe(false)
  })

  test.each([
    [0, true],
    [leewaySeconds - 1, true],
    [leewaySeconds + 1, false],
    [86_400, false],
  ])('%i s after its time a token is good: %s', async (late, expected) => {
    const seen = open()
    const { token, expiresAtSeconds } = await seen.tokens.issue({ account, session })
    expect(await seen.isGood(token)).toBe(true)
    seen.at(expiresAtSeconds + late)
    expect(await seen.isGood(token)).toBe(expected)
    const unseen = open()
    unseen.at(expiresAtSeconds + late)
    expect(await unseen.isGood(token)).toBe(expected)
  })

  test('a token that was seen and one that was not end at the same moment', async () => {
    for (let millis = 0; millis <= 3000; millis += 250) {
      const seen = open()
      const { token, expiresAtSeconds } = await seen.tokens.issue({ account, session })
      await seen.isGood(token)
      const at = expiresAtSeconds + leewaySeconds - 1 + millis / 1000
      seen.at(at)
      const unseen = open()
      unseen.at(at)
      expect([millis, await seen.isGood(token)]).toEqual([millis, await unseen.isGood(token)])
    }
  })

  test.each<[string, string]>([
    ['nothing', ''],
    ['one part', 'x'],
    ['dots', '..'],
    ['white space before it', ` ${mint(good)}`],
    ['white space behind it', `${mint(good)} `],
    ['HS384', mint(good, { typ: 'JWT', alg: 'HS384' }, 'sha384')],
    ['HS512', mint(good, { typ: 'JWT', alg: 'HS512' }, 'sha512')],
    ['HS512 that says HS256', mint(good, { typ: 'JWT', alg: 'HS256' }, 'sha512')],
    ['no algorithm', mint(good, { typ: 'JWT' })],
    ['alg none', mint(good, { alg: 'none' })],
    ['a header that is no object', mint(good, 'x')],
    ['unencoded payloads', mint(good, { alg: 'HS256', b64: false, crit: ['b64'] })],
    ['a scope that nobody knows', mint({ ...good, scope: 'everything' })],
    ['the scope that is never written', mint({ ...good, scope: 'all' })],
    ['no text for a scope', mint({ ...good, scope: ['attachments'] })],
    ['null for a scope', mint({ ...good, scope: null })],
    ['no exp', mint({ sub: accountText })],
    ['a fraction of nonsense for exp', mint({ ...good, exp: 'x' })],
    ['null for exp', mint({ ...good, exp: null })],
    ['no sub', mint({ exp: good.exp })],
    ['a sub that is no UUID', mint({ ...good, sub: 'x' })],
    ['an empty sub', mint({ ...good, sub: '' })],
    ['an audience', mint({ ...good, aud: 'x' })],
    ['null for an audience', mint({ ...good, aud: null })],
    ['a number for sid', mint({ ...good, sid: 1 })],
    ['null for sid', mint({ ...good, sid: null })],
    ['a time before which it is not good', mint({ ...good, nbf: now + 1000 })],
    ['2049 characters', mint({ ...good, padding: 'x'.repeat(1600) }).padEnd(2049, 'x')],
  ])('%s is refused', async (_, token) => {
    expect(await open().isGood(token)).toBe(false)
  })

  test('the last character has bits that carry nothing: they must be zero', async () => {
    const { tokens, isGood } = open()
    const { token } = await tokens.issue({ account, session })
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (const last of alphabet) {
      const changed = token.slice(0, -1) + last
      expect(await isGood(changed)).toBe(changed === token)
    }
  })

  test('no change of any one character of a token is good', async () => {
    const { tokens, isGood } = open()
    const { token } = await tokens.issue({ account, session })
    await fc.assert(
      fc.asyncProperty(
        fc.nat(token.length - 1),
        fc.constantFrom(...'ABCDwxyz0189-_.=+/ '.split('')),
        async (at, character) => {
          const changed = token.slice(0, at) + character + token.slice(at + 1)
          fc.pre(changed !== token)
          expect(await isGood(changed)).toBe(false)
        },
      ),
      { numRuns: 400 },
    )
  })

  test('any text is no token', async () => {
    const { isGood } = open()
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 80 }), async (text) => {
        expect(await isGood(text)).toBe(false)
      }),
    )
  })

  test('what is remembered is bounded, and what was forgotten is checked again', async () => {
    const { tokens, lookUps } = open()
    const { token } = await tokens.issue({ account, session })
    await tokens.verify(token)
    expect(tokens.verify(token)).not.toBeInstanceOf(Promise)
    const sid = Buffer.from(session).toString('base64url')
    for (let i = 0; i < 10_000; i++) await tokens.verify(mint({ ...good, sid, i }))
    const before = lookUps()
    expect(await tokens.verify(token)).toMatchObject({ account })
    expect(lookUps()).toBe(before + 1)
  })
})
