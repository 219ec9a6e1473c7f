import { describe, expect, test } from 'vitest'
import { ServedRoutes } from '#door/dispatch-for-tests.ts'
import {
  adminStatsResponse,
  getAdminStats,
  type LiveStats,
} from '#door/mobium/http/get-admin-stats.ts'
import { getHealth } from '#door/mobium/http/get-health.ts'

const token = 'the operator\u2019s token'
/** As a client writes it: header values are bytes. */
const written = Buffer.from(token).toString('latin1')
const withToken = (authorization: string) => ({ headers: { authorization } })

function serve(stats: LiveStats) {
  return ServedRoutes.open([getAdminStats({ token, stats: () => stats })])
}

const quiet = { connectedUsers: 0, voiceChannelsActive: 0, maxConnections: 2000 }

describe('/admin/stats', () => {
  test('mobium 86: is not there when no token is configured', async () => {
    await using server = await ServedRoutes.open([getHealth])
    expect((await server.ask('/admin/stats', withToken('Bearer x'))).status).toBe(404)
  })

  test.each([
    ['no header', undefined],
    ['an empty one', ''],
    ['another scheme', `Basic ${written}`],
    ['the scheme in other letters', `bearer ${written}`],
    ['no scheme', written],
    ['no token', 'Bearer '],
    ['a shorter token', `Bearer ${written.slice(0, -1)}`],
    ['a longer token', `Bearer ${written}x`],
    ['a token with a slip', `Bearer ${written.slice(0, -1)}m`],
    ['two spaces', `Bearer  ${written}`],
  ])('mobium 87: is refused with nothing but 401 for %s', async (_what, authorization) => {
    await using server = await serve(quiet)
    const asked = authorization === undefined ? {} : withToken(authorization)
    const answer = await server.ask('/admin/stats', asked)
    expect([answer.status, await answer.text()]).toEqual([401, ''])
    expect(answer.headers.get('www-authenticate')).toBe('Bearer')
  })

  test('mobium 87: has the three numbers as they are now, for the right token', async () => {
    const stats = { ...quiet }
    await using server = await serve(stats)
    const numbers = async (): Promise<unknown> => {
      const answer = await server.ask('/admin/stats', withToken(`Bearer ${written}`))
      expect(answer.status).toBe(200)
      const body: unknown = await answer.json()
      expect(adminStatsResponse.safeParse(body).success).toBe(true)
      return body
    }
    expect(await numbers()).toEqual({
      connected_users: 0,
      voice_channels_active: 0,
      max_connections: 2000,
    })
    Object.assign(stats, { connectedUsers: 3, voiceChannelsActive: 1 })
    stats.maxConnections = Number.POSITIVE_INFINITY
    expect(await numbers()).toEqual({
      connected_users: 3,
      voice_channels_active: 1,
      max_connections: 0,
    })
  })

  test('draws on the bucket of logins, whatever the token', async () => {
    await using server = await serve(quiet)
    await server.ask('/admin/stats')
    await server.ask('/admin/stats', withToken(`Bearer ${written}`))
    expect(server.tiers).toEqual(['auth', 'auth'])
  })
})
