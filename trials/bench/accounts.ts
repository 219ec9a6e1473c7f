/**
 * @module Accounts for a load: their access tokens are made here, with the secret that the relay was started with.
 */
import { createHmac } from 'node:crypto'

export interface Account {
  readonly userId: string
  readonly token: string
}

/** HS256, claims `sub` and `exp` alone: what the protocol asks for (RFC 7519). */
export function mintToken(secret: string, userId: string, lifetimeSeconds = 86_400): string {
  const header = base64url('{"typ":"JWT","alg":"HS256"}')
  const expiresAt = Math.floor(Date.now() / 1000) + lifetimeSeconds
  const payload = base64url(JSON.stringify({ sub: userId, exp: expiresAt }))
  const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url')
  return `${header}.${payload}.${signature}`
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}
