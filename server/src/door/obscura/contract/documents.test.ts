/**
 * @module The document of the API, and health on its own port (obscura reference §5.1 and §5.2, behaviours 101 and
 * 102).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { RunningRelay } from '#door/obscura/contract/running-relay-for-tests.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import { StoreError, type Store } from '#store/store.ts'
import { version } from '#version.ts'

let relay: RunningRelay
beforeAll(async () => {
  relay = await RunningRelay.start()
})
afterAll(() => relay[Symbol.asyncDispose]())

/** A store whose health is the test's. */
const storeWith = (check: Store['check']): Store => ({ ...openMemoryStore(), check })

describe('GET /openapi.yaml', () => {
  test('obscura 101: is YAML with OpenAPI’s version, the title and the relay’s version', async () => {
    const answer = await relay.ask('GET', '/openapi.yaml')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toMatch(/^text\/yaml/)
    expect(answer.text).toMatch(/^openapi: 3\./m)
    expect(answer.text).toContain('Obscura Server API')
    expect(answer.text).toContain(version)
  })

  test('every documented route is there, and asks for what the document says', async () => {
    const { text } = await relay.ask('GET', '/openapi.yaml')
    const { paths } = parse(text) as {
      paths: Record<string, Record<string, { security?: unknown }>>
    }
    expect(Object.keys(paths).toSorted()).toEqual([
      '/v1/attachments',
      '/v1/attachments/{id}',
      '/v1/gateway',
      '/v1/keys',
      '/v1/keys/{userId}',
      '/v1/messages/{recipientId}',
      '/v1/sessions',
      '/v1/sessions/refresh',
      '/v1/users',
      '/v2/keys',
      '/v2/send',
      '/v2/send_many',
    ])
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        const answer = await relay.ask(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x'))
        expect([404, 405]).not.toContain(answer.status)
        const isGuarded = operation.security !== undefined && path !== '/v1/gateway'
        expect([path, method, answer.status === 401]).toEqual([
          path,
          method,
          isGuarded || path === '/v1/gateway',
        ])
      }
    }
  })
})

describe('Health', () => {
  test('obscura 102: alive and ready', async () => {
    const alive = await relay.askOps('/livez')
    expect([alive.status, alive.text]).toEqual([200, ''])
    const ready = await relay.askOps('/readyz')
    expect([ready.status, ready.json]).toEqual([
      200,
      { status: 'ok', database: 'ok', storage: 'ok' },
    ])
  })

  test('obscura 102: a bucket that does not answer is 503, and the database is well', async () => {
    await using broken = await RunningRelay.start({
      flags: {
        storage: 's3',
        'storage-endpoint': 'http://127.0.0.1:1',
        'storage-access-key': 'access',
        'storage-secret-key': 'secret',
        'storage-timeout-ms': '500',
      },
    })
    const ready = await broken.askOps('/readyz')
    expect([ready.status, ready.json]).toEqual([
      503,
      { status: 'error', database: 'ok', storage: 'error' },
    ])
    expect((await broken.askOps('/livez')).status).toBe(200)
  })

  test('obscura 102: a database that fails is 503, and the storage is well', async () => {
    let isBroken = true
    const store = storeWith(async () => {
      if (isBroken) throw new StoreError('unusable', 'Cannot write')
    })
    await using broken = await RunningRelay.start({ store })
    const ready = await broken.askOps('/readyz')
    expect([ready.status, ready.json]).toEqual([
      503,
      { status: 'error', database: 'error', storage: 'ok' },
    ])
    isBroken = false
    expect((await broken.askOps('/readyz')).status).toBe(200)
  })

  test('obscura 102: what hangs is reported within the configured time', async () => {
    const store = storeWith(() => new Promise(() => {}))
    await using hanging = await RunningRelay.start({ store, flags: { 'db-timeout-ms': '100' } })
    const since = performance.now()
    const ready = await hanging.askOps('/readyz')
    expect(performance.now() - since).toBeLessThan(4000)
    expect([ready.status, ready.json]).toEqual([
      503,
      { status: 'error', database: 'error', storage: 'ok' },
    ])
  })

  test('health is for operators: clients do not reach it', async () => {
    for (const path of ['/livez', '/readyz', '/metrics', '/build-info']) {
      expect((await relay.ask('GET', path)).status).toBe(404)
    }
  })
})
