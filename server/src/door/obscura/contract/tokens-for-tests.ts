/**
 * @module Tokens as clients see them, and as somebody makes them who knows the relay's secret.
 */
import { createHmac } from 'node:crypto'
import type { Answer } from '#door/obscura/contract/running-relay-for-tests.ts'

export const secret = 'a secret that tests know, and nobody else'

export interface Tokens {
  readonly token: string
  readonly refreshToken: string
  readonly expiresAt: number
}

export function tokensOf(answer: Answer, status: number): Tokens {
  if (answer.status !== status) throw new Error(`No tokens: ${answer.status} ${answer.text}`)
  // The contract's AuthResponse; what a test looks at, it compares.
  return answer.json as Tokens
}

export function claimsOf(token: string): Readonly<Record<string, unknown>> {
  const text = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
  return JSON.parse(text) as Record<string, unknown>
}

export function subjectOf(token: string): string {
  return String(claimsOf(token)['sub'])
}

/** A token as another issuer would make it who knows the secret, or thinks to. */
export function mint(
  claims: unknown,
  {
    header = { typ: 'JWT', alg: 'HS256' },
    key = secret,
    digest = 'sha256',
  }: { readonly header?: object; readonly key?: string; readonly digest?: string } = {},
): string {
  const parts = [header, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signature = createHmac(digest, key).update(parts.join('.')).digest('base64url')
  return [...parts, signature].join('.')
}

export function seconds(): number {
  return Math.floor(Date.now() / 1000)
}
