/**
 * @module What is under `/v2` and is no route: an answer with this door's headers, in its own envelope.
 */
import { answer } from '#door/vauchi/answer.ts'
import { failed } from '#door/vauchi/reply.ts'
import type { Route } from '#door/route.ts'

const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const

/**
 * A path with its other method is 405, everything else 404. The table of routes takes the first that fits: these stand
 * behind all others.
 */
export function elsewhere(known: readonly Pick<Route, 'method' | 'path'>[]): readonly Route[] {
  const methodsByPath = new Map<string, string[]>()
  for (const { method, path } of known) {
    methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), method])
  }
  return methods.map((method) => ({
    method,
    path: '/v2/*',
    summary: 'Nothing',
    tag: 'Oblivious mailboxes',
    access: 'public',
    tier: 'none',
    responses: { 404: { description: 'Not found' }, 405: { description: 'Another method' } },
    handle({ request }) {
      const allow = methodsByPath.get(new URL(request.url).pathname)
      // A route that is switched off is known, and yet nothing is there.
      return allow === undefined || allow.includes(request.method)
        ? answer(failed(404, 'not found'))
        : answer(failed(405, 'method not allowed'), { allow: allow.join(', ') })
    },
  }))
}
