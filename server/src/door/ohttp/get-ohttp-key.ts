/**
 * @module GET /v2/ohttp-key: the key that requests to the gateway are sealed for. One for everybody: a gateway that
 * gave each client its own would know them by it. Without a parameter the one configuration stands bare, as clients of
 * Vauchi read it; `?format=rfc9458` asks for the list of RFC 9458 §3.2.
 */
import { keysMediaType } from '@sotto/veil/ohttp/key-config'
import type { GatewayKeys } from '#door/ohttp/gateway-keys.ts'
import type { Route } from '#door/route.ts'

/** Caches keep the key for so long at most, and for less than half a window: it is accepted for a whole one. */
const maxAgeSeconds = 300

/** Without keys the gateway is switched off. */
export function getOhttpKey(keys: GatewayKeys | undefined): Route {
  return {
    method: 'GET',
    path: '/v2/ohttp-key',
    summary: 'Key of the oblivious gateway',
    tag: 'Oblivious',
    access: 'public',
    tier: 'standard',
    parameters: [
      { name: 'format', in: 'query', description: '`rfc9458` for a list, as the RFC has it' },
    ],
    responses: {
      200: {
        description: 'The key configuration',
        bytes: 'application/octet-stream',
        headers: { 'Key-Fingerprint': 'SHA-256 of the bare configuration, in hex' },
      },
      404: { description: 'The gateway is switched off' },
    },
    handle({ request }) {
      if (keys === undefined) return new Response(null, { status: 404 })
      const { bare, list, fingerprint } = keys.now()
      const age = Math.min(maxAgeSeconds, Math.floor(keys.windowSeconds / 2))
      return new Response(new Uint8Array(asksForList(request.url) ? list : bare), {
        headers: {
          'content-type': keysMediaType,
          'key-fingerprint': fingerprint,
          'cache-control': `public, max-age=${age}`,
        },
      })
    },
  }
}

export function asksForList(url: string): boolean {
  const query = url.indexOf('?')
  return query >= 0 && new URLSearchParams(url.slice(query)).get('format') === 'rfc9458'
}
