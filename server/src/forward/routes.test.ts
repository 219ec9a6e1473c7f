/**
 * @module What the routes of the forwarder do beside answering: doubt the key, and bound how many wait.
 */
import { expect, test } from 'vitest'
import type { Forwarded } from '#forward/gateway.ts'
import { forwardRoutes } from '#forward/routes.ts'

function stage(forward: () => Promise<Forwarded>) {
  let doubts = 0
  const [route] = forwardRoutes({
    gateway: { forward, key: async () => undefined },
    keys: { get: async () => undefined, doubt: () => void doubts++ },
    maxRequestBytes: 100,
    timeoutMillis: 1000,
  })
  return {
    doubts: () => doubts,
    async send(): Promise<Response> {
      if (route?.access !== 'public') throw new Error('No route')
      const request = new Request('http://forwarder.invalid/v2/ohttp', {
        method: 'POST',
        body: 'x',
      })
      const call = {
        request,
        peer: { address: '' },
        params: {},
        caller: undefined,
        upgrade: () => false,
      }
      const response = await route.handle(call)
      if (response === undefined) throw new Error('No answer')
      return response
    },
  }
}

test('only a refusal for the key puts the kept key in doubt', async () => {
  let forwarded: Forwarded = { kind: 'failed' }
  const at = stage(async () => forwarded)
  expect((await at.send()).status).toBe(502)
  forwarded = { kind: 'answered', body: new Uint8Array() }
  expect((await at.send()).status).toBe(200)
  expect(at.doubts()).toBe(0)
  forwarded = { kind: 'other-key' }
  expect((await at.send()).status).toBe(400)
  expect(at.doubts()).toBe(1)
})

test('a thousand requests wait for the gateway; one more is told to come again, until one is done', async () => {
  const waiting: ((forwarded: Forwarded) => void)[] = []
  const at = stage(async () => await new Promise((resolve) => waiting.push(resolve)))
  const sent = Array.from({ length: 1000 }, async () => await at.send())
  const refused = await at.send()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  while (waiting.length < 1000) await new Promise((resolve) => setTimeout(resolve, 1))
  waiting.pop()?.({ kind: 'failed' })
  expect((await Promise.race(sent)).status).toBe(502)
  const again = at.send()
  for (const finish of waiting) finish({ kind: 'failed' })
  while (waiting.length < 1000) await new Promise((resolve) => setTimeout(resolve, 1))
  waiting.at(-1)?.({ kind: 'failed' })
  expect((await again).status).toBe(502)
  await Promise.all(sent)
})
