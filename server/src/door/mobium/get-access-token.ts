/**
 * @module get_access_token: a short-lived token for the attachments of the REST door, and for nothing else there. It
 * belongs to no session, so nobody can revoke it; it is good for five minutes.
 */
import { hash } from 'node:crypto'
import type { AccountId, IdentityKey } from '@sotto/wire'
import type { AccessTokens } from '#guard/access-token.ts'
import type { Handle } from '#door/mobium/client.ts'

export const attachmentTokenSeconds = 300

const label = new TextEncoder().encode('sotto/account/mobium/1')
const accountBytes = 16

export interface GetAccessTokenDeps {
  readonly tokens: Pick<AccessTokens, 'issue'>
}

export function createGetAccessToken({ tokens }: GetAccessTokenDeps): Handle<'get_access_token'> {
  return async (client) => {
    const { token, expiresAtSeconds } = await tokens.issue({
      account: accountOf(client.identity),
      session: undefined,
      scope: 'attachments',
      ttlSeconds: attachmentTokenSeconds,
    })
    client.send({ type: 'access_token', token, expires_at: expiresAtSeconds })
  }
}

/**
 * Under this name an identity counts its uploads at the REST door: the first 16 bytes of SHA-256 over a label and the
 * identity, as a version 8 UUID (RFC 9562 §5.8). Accounts of that door are version 4, so no two can meet.
 */
export function accountOf(identity: IdentityKey): AccountId {
  const digest = hash('sha256', Buffer.concat([label, identity]), 'buffer')
  const account = Uint8Array.from(digest.subarray(0, accountBytes))
  account[6] = ((account[6] ?? 0) & 0x0f) | 0x80
  account[8] = ((account[8] ?? 0) & 0x3f) | 0x80
  // Sixteen bytes with the marks of a UUID.
  return account as AccountId
}
