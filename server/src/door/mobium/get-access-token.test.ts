import { describe, expect, test } from 'vitest'
import { createHash } from 'node:crypto'
import { formatUuid } from '@sotto/wire'
import { createAccessTokens } from '#guard/access-token.ts'
import { fakeClient, identityOf } from '#door/mobium/client-for-tests.ts'
import { accountOf, createGetAccessToken } from '#door/mobium/get-access-token.ts'

const nowSeconds = 1_800_000_000

describe('get_access_token', () => {
  test('the token is good for attachments alone, for five minutes, under the name of the identity', async () => {
    const tokens = createAccessTokens({
      secret: new Uint8Array(32),
      ttlSeconds: 3600,
      nowMillis: () => nowSeconds * 1000,
      sessionIsOpen: async () => false,
    })
    const client = fakeClient({ identity: 1 })
    await createGetAccessToken({ tokens })(client, { type: 'get_access_token' })
    const [answer] = client.sent
    if (answer?.type !== 'access_token') throw new TypeError('Cannot read answer: no token')
    expect(answer.expires_at).toBe(nowSeconds + 300)
    const caller = await tokens.verify(answer.token)
    expect(caller).toMatchObject({ scope: 'attachments', session: undefined })
    expect(caller?.account).toEqual(accountOf(client.identity))
  })

  test('an account is cut from the hash of label and identity, marked as a UUID of version 8', () => {
    const identity = identityOf(7)
    const digest = createHash('sha256')
      .update('sotto/account/mobium/1')
      .update(identity)
      .digest('hex')
    const uuid = formatUuid(accountOf(identity))
    expect(uuid.replaceAll('-', '').slice(0, 12)).toBe(digest.slice(0, 12))
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(accountOf(identityOf(8))).not.toEqual(accountOf(identity))
    expect(accountOf(identity)).toHaveLength(16)
  })
})
