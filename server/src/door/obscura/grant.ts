/**
 * @module A session's tokens as the contract's AuthResponse.
 */
import type { Grant } from '#relay/accounts/accounts.ts'
import { json } from '#door/obscura/replies.ts'

export function grantReply(status: 200 | 201, grant: Grant): Response {
  return json(
    status,
    { token: grant.token, refreshToken: grant.refreshToken, expiresAt: grant.expiresAtSeconds },
    // Tokens are for the client alone (RFC 6749 §5.1).
    { 'cache-control': 'no-store' },
  )
}
