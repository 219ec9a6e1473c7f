/**
 * @module What is under `/v2` and is no route: an answer with this door's headers, in its own envelope.
 */
import type { Dispatch } from '#door/dispatch.ts'
import { answer } from '#door/vauchi/answer.ts'
import { failed } from '#door/vauchi/reply.ts'
import type { Route } from '#door/route.ts'

type Known = readonly Pick<Route, 'method' | 'path'>[]

/** Those that routes have. */
const methods = ['GET', 'POST', 'PUT', 'DELETE'] as const

/**
 * A path with its other method is 405, everything else 404. The table of routes takes the first that fits: these stand
 * behind all others.
 */
export function elsewhere(known: Known): readonly Route[] {
  const nothing = answererFor(known)
  return methods.map((method) => ({
    method,
    path: '/v2/*',
    summary: 'Nothing',
    tag: 'Oblivious mailboxes',
    access: 'public',
    tier: 'none',
    responses: { 404: { description: 'Not found' }, 405: { description: 'Another method' } },
    handle: ({ request }) => nothing(request.method, pathOf(request)),
  }))
}

/**
 * A method that no route has at all, such as PATCH, is known to no table of routes: that answers without a word. Here it
 * answers in this door's words, and with what it adds to every answer.
 */
export function inOwnWords(known: Known, dispatch: Dispatch): Dispatch {
  const nothing = answererFor(known)
  const ofRoutes: ReadonlySet<string> = new Set(methods)

  function reworded(method: string, path: string, given: Response | undefined) {
    // What asks which methods there are was answered with those (Fetch §3.2.2).
    if (given === undefined || given.ok) return given
    const own = nothing(method, path)
    for (const [name, value] of given.headers) {
      if (name !== 'allow' && !own.headers.has(name)) own.headers.set(name, value)
    }
    return own
  }

  return (request, peer, upgrade) => {
    const answered = dispatch(request, peer, upgrade)
    const { method } = request
    if (ofRoutes.has(method)) return answered
    const path = pathOf(request)
    if (path !== '/v2' && !path.startsWith('/v2/')) return answered
    return answered instanceof Promise
      ? answered.then((response) => reworded(method, path, response))
      : reworded(method, path, answered)
  }
}

function answererFor(known: Known): (method: string, path: string) => Response {
  const methodsByPath = new Map<string, string[]>()
  for (const { method, path } of known) {
    methodsByPath.set(path, [...(methodsByPath.get(path) ?? []), method])
  }
  return (method, path) => {
    const allow = methodsByPath.get(path)
    // A route that is switched off is known, and yet nothing is there.
    return allow === undefined || allow.includes(method)
      ? answer(failed(404, 'not found'))
      : answer(failed(405, 'method not allowed'), { allow: allow.join(', ') })
  }
}

function pathOf({ url }: Request): string {
  return new URL(url).pathname
}
