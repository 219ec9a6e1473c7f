/**
 * @module A reply as a response over HTTP. Every response under `/v2` carries the same three headers, whatever it says.
 */
import type { ActionReply } from '#door/vauchi/reply.ts'

export const commonHeaders: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'cross-origin-resource-policy': 'same-origin',
}

type HeaderTexts = Readonly<Record<string, string>>

const none: HeaderTexts = {}

/** By what is added to the common ones: to make headers takes as long as the rest of an answer. */
const headersByAdded = new WeakMap<HeaderTexts, Headers>()

/** Fast when `added` is the same object every time. It must not change. */
export function answer(
  { status, body, retryAfterSeconds }: ActionReply,
  added: HeaderTexts = none,
): Response {
  const response = new Response(JSON.stringify(body), { status, headers: headersWith(added) })
  if (retryAfterSeconds !== undefined) {
    response.headers.set('retry-after', String(retryAfterSeconds))
  }
  return response
}

function headersWith(added: HeaderTexts): Headers {
  const known = headersByAdded.get(added)
  if (known !== undefined) return known
  const made = new Headers({ 'content-type': 'application/json', ...commonHeaders, ...added })
  headersByAdded.set(added, made)
  return made
}
