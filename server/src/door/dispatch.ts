/**
 * @module From a request to its route: rate limit, then token, then handler, then the outcome's status. Every door's REST
 * routes come through here; so does the handshake of its sockets.
 */
import { RegExpRouter } from 'hono/router/reg-exp-router'
import { preflightOrigin, type Cors } from '#door/dispatch-cors.ts'
import type { Peer, Upgrade } from '#door/listener.ts'
import type { Answer, LimitTier, Route } from '#door/route.ts'
import type { AccessTokens, Caller } from '#guard/access-token.ts'
import type { Admission } from '#guard/rate-limit.ts'
import { retryAfterSeconds } from '#guard/retry-after.ts'
import { StoreError, type StoreErrorCode } from '#store/store.ts'
import type { Events } from '#watch/events.ts'

export interface DispatchDeps {
  readonly routes: readonly Route[]
  readonly tokens: AccessTokens
  /** Whose bucket a request draws from. Asked only if there is one: finding an address out is a system call. */
  readonly clientOf: (request: Request, peer: Peer) => string
  readonly admit: (tier: Exclude<LimitTier, 'none'>, client: () => string) => Admission
  /** Which web pages may call; without it no browser lets a page of another origin do so. */
  readonly cors?: Cors
  readonly newRequestId: () => string
  readonly nowMillis: () => number
  readonly events: Pick<
    Events,
    'rateLimited' | 'requestAnswered' | 'requestFailed' | 'storeFailed' | 'gatewayRefused'
  >
}

export type Dispatch = (request: Request, peer: Peer, upgrade: Upgrade) => Answer

/** What a broken store looks like from outside. */
const storeReplies: Readonly<Record<StoreErrorCode, { status: number; error: string }>> = {
  busy: { status: 503, error: 'Server busy' },
  'disk-full': { status: 507, error: 'Storage full' },
  unusable: { status: 503, error: 'Storage unavailable' },
  closed: { status: 503, error: 'Server shutting down' },
}

export function createDispatch(deps: DispatchDeps): Dispatch {
  const { cors, events } = deps
  const router = new RegExpRouter<Route>()
  const methodsByPath = new Map<string, string[]>()
  for (const route of deps.routes) {
    router.add(route.method, honoPath(route.path), route)
    const methods = methodsByPath.get(route.path) ?? []
    methodsByPath.set(route.path, [...methods, route.method])
  }
  const methods = [...new Set(deps.routes.map((route) => route.method))]

  function find(method: string, path: string) {
    const [matches, texts] = router.match(method, path)
    const [first] = matches
    if (first === undefined) return undefined
    const [route, names] = first
    const params: Record<string, string> = {}
    for (const name in names) {
      const at = names[name]
      params[name] = decoded(typeof at === 'number' ? (texts?.[at] ?? '') : '')
    }
    return { route, params }
  }

  function unmatched(request: Request, path: string): Response {
    for (const method of methods) {
      const other = find(method, path)
      if (other === undefined) continue
      const allow = (methodsByPath.get(other.route.path) ?? []).join(', ')
      const origin = cors === undefined ? undefined : preflightOrigin(request)
      if (cors !== undefined && origin !== undefined) return cors.preflight(origin, allow)
      return new Response(null, { status: 405, headers: { allow } })
    }
    return new Response(null, { status: 404 })
  }

  /** Undefined when the request may pass. */
  function limit(route: Route, request: Request, peer: Peer): Response | undefined {
    if (route.tier === 'none') return undefined
    const admission = deps.admit(route.tier, () => deps.clientOf(request, peer))
    if (admission.allowed) return undefined
    events.rateLimited(route.tier)
    const seconds = String(retryAfterSeconds(admission.retryAfterMillis))
    return Response.json(
      { error: `Too many requests, wait for ${seconds} s` },
      { status: 429, headers: { 'retry-after': seconds, 'x-ratelimit-after': seconds } },
    )
  }

  function unauthorized(route: Route, token: string | undefined): Response {
    if (route.access === 'gateway-token') {
      events.gatewayRefused(token === undefined ? 'no-token' : 'bad-token')
    }
    return Response.json(
      { error: 'Unauthorized' },
      { status: 401, headers: { 'www-authenticate': 'Bearer' } },
    )
  }

  function answer(
    request: Request,
    peer: Peer,
    upgrade: Upgrade,
    { route, params }: { readonly route: Route; readonly params: Readonly<Record<string, string>> },
  ): Answer {
    const limited = limit(route, request, peer)
    if (limited !== undefined) return limited
    if (route.access === 'public') {
      return route.handle({ request, peer, params, upgrade, caller: undefined })
    }
    const { handle } = route
    const token =
      bearerToken(request) ?? (route.access === 'bearer' ? undefined : queryToken(request))
    const admit = (caller: Caller | undefined): Answer =>
      caller === undefined
        ? unauthorized(route, token)
        : caller.scope === 'all' || caller.scope === route.scope
          ? handle({ request, peer, params, upgrade, caller })
          : Response.json({ error: 'Forbidden' }, { status: 403 })
    const caller =
      token === undefined
        ? undefined
        : deps.tokens.verify(token, route.access === 'bearer' ? 'often' : 'once')
    return caller instanceof Promise ? caller.then(admit) : admit(caller)
  }

  function failed(request: Request, template: string, error: unknown): Response {
    if (error instanceof StoreError) {
      events.storeFailed(error.code)
      const reply = storeReplies[error.code]
      return Response.json(
        { error: reply.error },
        { status: reply.status, headers: { 'retry-after': '1' } },
      )
    }
    // The client left while its request waited: nobody reads this answer, and nothing is wrong here.
    if (request.signal.aborted) return new Response(null, { status: 400 })
    events.requestFailed(template, error)
    return Response.json({ error: 'Internal server error' }, { status: 500 })
  }

  // Promises are chained here and not awaited: each `async` between a request and its answer costs half a microsecond.
  return (request, peer, upgrade) => {
    const started = deps.nowMillis()
    const path = pathOf(request.url)
    const found = find(request.method, path)
    const template = found?.route.path ?? 'unmatched'

    function finish(response: Response | undefined): Response | undefined {
      if (response !== undefined) cors?.admit(request.headers.get('origin'), response.headers)
      response?.headers.set('x-request-id', requestId(request) ?? deps.newRequestId())
      const status = response?.status ?? 101
      events.requestAnswered(request.method, template, status, deps.nowMillis() - started)
      return response
    }

    try {
      const answered =
        found === undefined ? unmatched(request, path) : answer(request, peer, upgrade, found)
      return answered instanceof Promise
        ? answered.then(finish, (error: unknown) => finish(failed(request, template, error)))
        : finish(answered)
    } catch (error) {
      return finish(failed(request, template, error))
    }
  }
}

/** '/v1/keys/{userId}' as Hono's routers write it. */
function honoPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  if (start < 0) return '/'
  const query = url.indexOf('?', start)
  return query < 0 ? url.slice(start) : url.slice(start, query)
}

/** A part of the path without its escapes (RFC 3986 §2.1); as it came when they are none. */
function decoded(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `Bearer ` and the rest, exactly (obscura reference §1.2). */
function bearerToken(request: Request): string | undefined {
  const header = request.headers.get('authorization')
  return header?.startsWith('Bearer ') === true ? header.slice(7) : undefined
}

function queryToken(request: Request): string | undefined {
  const at = request.url.indexOf('?')
  if (at < 0) return undefined
  return new URLSearchParams(request.url.slice(at + 1)).get('token') ?? undefined
}

/** The client's own name for the request, if it is one that a header may carry back. */
function requestId(request: Request): string | undefined {
  const given = request.headers.get('x-request-id')
  return given !== null && given.length <= 128 && /^[\x21-\x7e]+$/.test(given) ? given : undefined
}
