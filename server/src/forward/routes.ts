/**
 * @module The forwarder's routes: requests to the gateway, its key, and health. To clients the gateway's failures are one
 * status without a word, 502; only that it has another key is told apart, because a client can do something about it.
 */
import {
  keyProblemType,
  requestMediaType,
  responseMediaType,
} from '@sotto/veil/ohttp/encapsulation'
import { keysMediaType } from '@sotto/veil/ohttp/key-config'
import { asksForList } from '#door/ohttp/get-ohttp-key.ts'
import type { Route } from '#door/route.ts'
import type { Gateway } from '#forward/gateway.ts'
import type { KeyCache } from '#forward/key-cache.ts'
import { readBody } from '#guard/body-limit.ts'

export interface ForwardRoutesDeps {
  readonly gateway: Gateway
  readonly keys: KeyCache
  readonly maxRequestBytes: number
  readonly timeoutMillis: number
}

const tag = 'Forwarder'
/** So many wait for the gateway at a time; more are told to come again. */
const maxWaiting = 1000

export function forwardRoutes(deps: ForwardRoutesDeps): readonly Route[] {
  return [postOhttp(deps), getKey(deps), getHealth]
}

function postOhttp({ gateway, keys, maxRequestBytes, timeoutMillis }: ForwardRoutesDeps): Route {
  let waiting = 0

  async function handle(request: Request): Promise<Response> {
    const body = await readBody(request, { maxBytes: maxRequestBytes, timeoutMillis })
    switch (body.kind) {
      case 'too-large':
        return new Response(null, { status: 413 })
      case 'timeout':
        return new Response(null, { status: 408 })
      case 'broken':
        return new Response(null, { status: 400 })
      case 'read':
    }
    const forwarded = await gateway.forward(new Uint8Array(body.bytes), request.signal)
    switch (forwarded.kind) {
      case 'answered':
        return new Response(forwarded.body, {
          headers: { 'content-type': responseMediaType, 'cache-control': 'no-store' },
        })
      case 'other-key':
        keys.doubt()
        return Response.json(
          { type: keyProblemType, title: 'Key unknown' },
          { status: 400, headers: { 'content-type': 'application/problem+json' } },
        )
      case 'failed':
        return new Response(null, { status: 502 })
    }
  }

  return {
    method: 'POST',
    path: '/v2/ohttp',
    summary: 'Carry a sealed request',
    tag,
    access: 'public',
    tier: 'standard',
    accepts: { bytes: [requestMediaType] },
    responses: {
      200: { description: 'The sealed answer', bytes: 'application/octet-stream' },
      400: { description: 'The gateway has another key, or the request broke off' },
      408: { description: 'The request took too long' },
      413: { description: 'The request is too large' },
      502: { description: 'No answer of the gateway' },
      503: { description: 'Too many requests wait for the gateway' },
    },
    async handle({ request }) {
      if (waiting >= maxWaiting) {
        return new Response(null, { status: 503, headers: { 'retry-after': '1' } })
      }
      waiting++
      try {
        return await handle(request)
      } finally {
        waiting--
      }
    },
  }
}

function getKey({ keys }: ForwardRoutesDeps): Route {
  return {
    method: 'GET',
    path: '/v2/ohttp-key',
    summary: "The gateway's key",
    tag,
    access: 'public',
    tier: 'none',
    responses: {
      200: { description: 'The key configuration', bytes: 'application/octet-stream' },
      502: { description: 'No answer of the gateway' },
    },
    async handle({ request }) {
      const cached = await keys.get(asksForList(request.url) ? 'list' : 'bare')
      if (cached === undefined) return new Response(null, { status: 502 })
      const { body, fingerprint } = cached.key
      return new Response(body, {
        headers: {
          'content-type': keysMediaType,
          'cache-control': `public, max-age=${cached.maxAgeSeconds}`,
          ...(fingerprint === undefined ? {} : { 'key-fingerprint': fingerprint }),
        },
      })
    },
  }
}

const getHealth: Route = {
  method: 'GET',
  path: '/health',
  summary: 'Whether the forwarder runs',
  tag,
  access: 'public',
  tier: 'none',
  responses: { 200: { description: 'It does', bytes: 'text/plain' } },
  handle: () => new Response('ok', { headers: { 'content-type': 'text/plain' } }),
}
