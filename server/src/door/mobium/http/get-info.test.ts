import { expect, test } from 'vitest'
import { ServedRoutes } from '#door/dispatch-for-tests.ts'
import { getInfo, infoResponse } from '#door/mobium/http/get-info.ts'

test('mobium 85: a relay tells its name, version 1 of the protocol, and what it can beyond it', async () => {
  await using server = await ServedRoutes.open([getInfo(['history', 'ack'])])
  const answer = await server.ask('/info')
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/)
  const body: unknown = await answer.json()
  expect(body).toEqual({
    name: 'Mobium Server',
    protocol_version: 1,
    server_type: 'community',
    capabilities: ['history', 'ack'],
  })
  expect(infoResponse.safeParse(body).success).toBe(true)
  expect(server.tiers).toEqual([])
})
