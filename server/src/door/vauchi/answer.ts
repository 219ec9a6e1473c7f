/**
 * @module A reply as a response over HTTP. Every response under `/v2` carries the same three headers, whatever it says.
 */
import type { ActionReply } from '#door/vauchi/reply.ts'

export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
}

export function answer(
  { status, body, retryAfterSeconds }: ActionReply,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const wait =
    retryAfterSeconds === undefined ? undefined : { 'retry-after': String(retryAfterSeconds) }
  return Response.json(body, { status, headers: { ...commonHeaders, ...headers, ...wait } })
}
