/**
 * @module GET /v2/ohttp-key: the key that requests to the gateway are sealed for. One for everybody: a gateway that
 * gave each client its own would know them by it. Without a parameter the one configuration stands bare, as clients of
 * Vauchi read it; `?format=rfc9458` asks for the list of RFC 9458 §3.2.
 */
import { keysMediaType } from '@sotto/veil/ohttp/key-config'
import type { GatewayKeys } from '#door/ohttp/gateway-keys.ts'

/** Caches keep the key for so long at most, and for less than half a window: it is accepted for a whole one. */
const maxAgeSeconds = 300

export function answerOhttpKey(keys: GatewayKeys, url: string): Response {
  const { bare, list, fingerprint } = keys.now()
  const age = Math.min(maxAgeSeconds, Math.floor(keys.windowSeconds / 2))
  return new Response(new Uint8Array(asksForList(url) ? list : bare), {
    headers: {
      'content-type': keysMediaType,
      'key-fingerprint': fingerprint,
      'cache-control': `public, max-age=${age}`,
    },
  })
}

export function asksForList(url: string): boolean {
  const query = url.indexOf('?')
  return query >= 0 && new URLSearchParams(url.slice(query)).get('format') === 'rfc9458'
}
