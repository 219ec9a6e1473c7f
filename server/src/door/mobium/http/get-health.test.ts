import { expect, test } from 'vitest'
import { ServedRoutes } from '#door/dispatch-for-tests.ts'
import { getHealth } from '#door/mobium/http/get-health.ts'

test('mobium 84: the health of a relay is the word OK, for everybody and as often as they like', async () => {
  await using server = await ServedRoutes.open([getHealth])
  const answer = await server.ask('/health')
  expect([answer.status, await answer.text()]).toEqual([200, 'OK'])
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
  expect(server.tiers).toEqual([])
  expect((await server.ask('/health', { method: 'POST' })).status).toBe(405)
})
