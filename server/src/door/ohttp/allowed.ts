/**
 * @module What a request from inside a seal may reach, and what it may bring along and take home. Short lists: whatever
 * is not on them does not exist in there.
 */
import type { Route } from '#door/route.ts'

const outsideV2: ReadonlySet<string> = new Set([
  'GET /v1/keys/{userId}',
  'POST /v1/attachments',
  'GET /v1/attachments/{id}',
])

/** The mailboxes and keys of `/v2`, prekey bundles and attachments. Never the gateway itself. */
export function isReachable({ method, path }: Pick<Route, 'method' | 'path'>): boolean {
  if (path.startsWith('/v2/ohttp') || path.includes('*')) return false
  return path.startsWith('/v2/') || outsideV2.has(`${method} ${path}`)
}

/** A header that says where a client is, or what runs on it, has no business in here. */
export const requestFields: ReadonlySet<string> = new Set([
  'accept',
  'authorization',
  'content-type',
  'idempotency-key',
  'if-none-match',
  'x-app-compat-version',
])

export const responseFields: ReadonlySet<string> = new Set([
  'allow',
  'cache-control',
  'content-type',
  'etag',
  'retry-after',
  'www-authenticate',
  'x-min-version',
  'x-upgrade-deadline',
  'x-warn-version',
])
