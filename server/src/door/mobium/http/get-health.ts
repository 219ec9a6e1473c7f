/**
 * @module GET /health: the word that says that something answers here, as Mobium's clients, containers and proxies look
 * for it. How well it does is on the operators' port, at /readyz.
 */
import type { Route } from '#door/route.ts'

export const getHealth: Route = {
  method: 'GET',
  path: '/health',
  summary: 'The relay answers',
  tag: 'Live',
  access: 'public',
  tier: 'none',
  responses: { 200: { description: 'OK', bytes: 'text/plain' } },
  handle: () => new Response('OK', { headers: { 'content-type': 'text/plain; charset=utf-8' } }),
}
