/**
 * @module GET /info: what a client may know before it logs in, which is what kind of server this is and what it can.
 */
import * as z from 'zod/mini'
import type { Route } from '#door/route.ts'

export const infoResponse = z.object({
  name: z.string(),
  protocol_version: z.int(),
  server_type: z.string(),
  capabilities: z.array(z.string()),
})

/** `capabilities` are those that the live door advertises in its first frame. */
export function getInfo(capabilities: readonly string[]): Route {
  const info = {
    // The name of the protocol's server, by which clients know it; not of this program, which stays unsaid.
    name: 'Mobium Server',
    protocol_version: 1,
    server_type: 'community',
    capabilities,
  }
  return {
    method: 'GET',
    path: '/info',
    summary: 'What kind of server this is',
    tag: 'Live',
    access: 'public',
    tier: 'none',
    responses: { 200: { description: 'Name, protocol and capabilities', json: infoResponse } },
    handle: () => Response.json(info),
  }
}
