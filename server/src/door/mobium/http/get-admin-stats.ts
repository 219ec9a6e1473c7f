/**
 * @module GET /admin/stats: three numbers for whoever has the operator's token. Without a token in the options the route
 * is not there at all.
 */
import * as z from 'zod/mini'
import type { Route } from '#door/route.ts'
import { bearerCheck } from '#guard/bearer-check.ts'

export interface LiveStats {
  /** Distinct identities that are logged in. */
  readonly connectedUsers: number
  /** Channels with somebody in their voice. */
  readonly voiceChannelsActive: number
  /** How many sockets may be open; infinite for no limit. */
  readonly maxConnections: number
}

export interface AdminStatsDeps {
  readonly token: string
  readonly stats: () => LiveStats
}

export const adminStatsResponse = z.object({
  connected_users: z.int(),
  voice_channels_active: z.int(),
  max_connections: z.int(),
})

export function getAdminStats({ token, stats }: AdminStatsDeps): Route {
  const passes = bearerCheck(token)
  return {
    method: 'GET',
    path: '/admin/stats',
    summary: 'How much is going on',
    description: 'With the operator’s token as `Authorization: Bearer`.',
    tag: 'Live',
    access: 'public',
    // Like a login: what is guessed at is guessed at slowly.
    tier: 'auth',
    responses: {
      200: { description: 'Three numbers', json: adminStatsResponse },
      401: { description: 'No token, or another one' },
    },
    handle({ request }) {
      if (!passes(request.headers.get('authorization'))) {
        return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer' } })
      }
      const { connectedUsers, voiceChannelsActive, maxConnections } = stats()
      return Response.json({
        connected_users: connectedUsers,
        voice_channels_active: voiceChannelsActive,
        // As it stands in the options, where 0 is no limit.
        max_connections: Number.isFinite(maxConnections) ? maxConnections : 0,
      })
    },
  }
}
