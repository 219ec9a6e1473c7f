/**
 * @module GET /admin/stats: three numbers for whoever has the operator's token. Without a token in the options the route
 * is not there at all.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import * as z from 'zod/mini'
import type { Route } from '#door/route.ts'

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
  // Hashes are equally long, so that not even the token's length shows in how long a comparison takes.
  const expected = digest(`Bearer ${token}`, 'utf8')
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
      if (
        !timingSafeEqual(digest(request.headers.get('authorization') ?? '', 'latin1'), expected)
      ) {
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

/** Of the bytes that were meant: those of a header arrive as one character each. */
function digest(text: string, encoding: 'utf8' | 'latin1'): Buffer {
  return createHash('sha256').update(text, encoding).digest()
}
