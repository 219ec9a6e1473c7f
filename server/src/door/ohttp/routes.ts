/**
 * @module What the two routes of the gateway are, apart from how they answer: that is loaded when somebody asks.
 */
import { refusal } from '#door/ohttp/replies.ts'
import type { Described } from '#door/route.ts'

export const ohttpKeyRoute = {
  method: 'GET',
  path: '/v2/ohttp-key',
  summary: 'Key of the oblivious gateway',
  tag: 'Oblivious',
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
} as const satisfies Described

export const ohttpRoute = {
  method: 'POST',
  path: '/v2/ohttp',
  summary: 'Oblivious gateway',
  tag: 'Oblivious',
  // Whoever carries requests carries those of many: an address says nothing here.
  tier: 'none',
  accepts: { bytes: ['message/ohttp-req'], description: 'A sealed request; any type will do' },
  responses: {
    200: { description: 'The sealed answer', bytes: 'application/octet-stream' },
    400: { description: 'Not a request that can be opened' },
    404: { description: 'The gateway is switched off' },
    408: { description: 'The request took too long' },
    413: { description: 'The request is too large' },
    429: { description: 'The gateway has too much to do' },
  },
} as const satisfies Described

/** How both answer while the gateway is switched off. */
export function noKey(): Response {
  return new Response(null, { status: 404 })
}

export function noGateway(): Response {
  return refusal(404, 'ohttp not enabled')
}
