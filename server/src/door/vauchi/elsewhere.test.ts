/**
 * @module What a whole relay says under `/v2` where nothing is, on both of its ports.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await RunningRelay.start({ flags: { 'oblivious-on-mgmt': 'true' } })
})
afterAll(async () => await relay[Symbol.asyncDispose]())

const page = { origin: 'https://app.example' }
const ask = (port: number, method: string, path: string, headers: Record<string, string> = page) =>
  fetch(`http://127.0.0.1:${port}${path}`, { method, headers })

test.each(['PATCH', 'PROPFIND', 'OPTIONS', 'GET'])(
  '%s is answered in JSON with the headers of this door, whether the path is one or none',
  async (method) => {
    for (const port of [relay.port, relay.opsPort]) {
      for (const [path, status, error, allow] of [
        ['/v2/send', 405, 'method not allowed', 'POST'],
        ['/v2/ohttp', 405, 'method not allowed', 'POST'],
        ['/v2/exchange/offer', 405, 'method not allowed', 'POST'],
        ['/v2/nothing', 404, 'not found', null],
        ['/v2/send/more', 404, 'not found', null],
      ] as const) {
        const response = await ask(port, method, path)
        expect([path, response.status, response.headers.get('allow')]).toEqual([
          path,
          status,
          allow,
        ])
        expect(await response.json()).toEqual({ status: 'error', error })
        expect(Object.fromEntries(response.headers)).toMatchObject({
          'content-type': 'application/json',
          'x-content-type-options': 'nosniff',
          'cache-control': 'no-store',
          'cross-origin-resource-policy': 'same-origin',
          'x-request-id': expect.any(String),
        })
      }
    }
  },
)

test('a page of another origin may read it, and is told which methods there are', async () => {
  const refused = await ask(relay.port, 'PATCH', '/v2/send')
  expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  const question = { ...page, 'access-control-request-method': 'POST' }
  const preflight = await ask(relay.port, 'OPTIONS', '/v2/send', question)
  expect(preflight.status).toBe(204)
  expect(preflight.headers.get('access-control-allow-methods')).toBe('POST')
})

test('HEAD has the headers and no body', async () => {
  for (const [path, status] of [
    ['/v2/send', 405],
    ['/v2/nothing', 404],
  ] as const) {
    const response = await ask(relay.port, 'HEAD', path)
    expect([response.status, await response.text()]).toEqual([status, ''])
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('what is not under it is answered as before', async () => {
  const response = await ask(relay.port, 'PATCH', '/v1/messages/x')
  expect([response.status, await response.text()]).toEqual([405, ''])
  expect((await ask(relay.port, 'PATCH', '/v20/send')).status).toBe(404)
  expect((await ask(relay.opsPort, 'PATCH', '/metrics')).status).toBe(405)
})
