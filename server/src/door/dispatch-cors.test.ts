import { describe, expect, test } from 'vitest'
import { createCors } from '#door/dispatch-cors.ts'
import { ServedRoutes } from '#door/dispatch-for-tests.ts'
import type { Route } from '#door/route.ts'

const page = 'https://app.example'
const stranger = 'https://evil.example'

const described = {
  summary: '',
  tag: '',
  tier: 'none',
  access: 'public',
  responses: {},
} as const
const routes: readonly Route[] = [
  { ...described, method: 'GET', path: '/things/{id}', handle: () => new Response('thing') },
  {
    ...described,
    method: 'PUT',
    path: '/things/{id}',
    handle: () => Promise.reject(new Error('broken')),
  },
  { ...described, method: 'POST', path: '/things', handle: () => new Response(null) },
  { ...described, access: 'bearer', method: 'GET', path: '/mine', handle: () => new Response() },
  {
    ...described,
    method: 'GET',
    path: '/kept',
    handle: () => new Response('', { headers: { vary: 'accept' } }),
  },
]

const serve = (...origins: string[]) =>
  ServedRoutes.open(routes, { cors: createCors(origins.length === 0 ? undefined : origins) })

const from = (origin: string, method = 'GET') => ({ method, headers: { origin } })

function ofCors({ headers }: Response): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'),
  )
}

function asks(origin: string, method: string) {
  return {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,content-type,x-other',
    },
  }
}

const exposed = 'etag, key-fingerprint, retry-after, x-request-id'

describe('without a list of origins', () => {
  test('mobium 88: pages of any origin may read every answer, faults and refusals included', async () => {
    await using server = await serve()
    for (const [path, method, status] of [
      ['/things/1', 'GET', 200],
      ['/things/1', 'PUT', 500],
      ['/mine', 'GET', 401],
      ['/things', 'GET', 405],
      ['/nothing', 'GET', 404],
    ] as const) {
      const answer = await server.ask(path, from(stranger, method))
      expect(answer.status).toBe(status)
      expect(ofCors(answer)).toEqual({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': exposed,
      })
    }
  })

  test('mobium 88: a preflight is told the methods of its path, and what headers it may send', async () => {
    await using server = await serve()
    const answer = await server.ask('/things/1', asks(stranger, 'PUT'))
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    expect(ofCors(answer)).toEqual({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers':
        'authorization, content-type, idempotency-key, if-none-match, x-request-id',
      'access-control-expose-headers': exposed,
      'access-control-max-age': '7200',
    })
    expect(ofCors(await server.ask('/things', asks(stranger, 'POST')))).toMatchObject({
      'access-control-allow-methods': 'POST',
    })
    expect(server.answered).toEqual(['OPTIONS unmatched 204', 'OPTIONS unmatched 204'])
    expect((await server.ask('/nothing', asks(stranger, 'GET'))).status).toBe(404)
  })

  test('a request without an origin is answered as ever, and OPTIONS that is no preflight too', async () => {
    await using server = await serve()
    expect(ofCors(await server.ask('/things/1'))).toEqual({})
    const { status, headers } = await server.ask('/things/1', from(stranger, 'OPTIONS'))
    expect([status, headers.get('allow')]).toEqual([405, 'GET, PUT'])
    const plain = { 'access-control-request-method': 'PUT' }
    const answer = await server.ask('/things/1', { method: 'OPTIONS', headers: plain })
    expect([answer.status, ofCors(answer)]).toEqual([405, {}])
    const { headers: asked } = asks(stranger, 'PUT')
    const posted = await server.ask('/things/1', { method: 'POST', headers: asked })
    expect([posted.status, posted.headers.get('access-control-allow-methods')]).toEqual([405, null])
  })
})

describe('with a list of origins', () => {
  test('mobium 88: a listed one is echoed and another is not', async () => {
    await using server = await serve('https://other.example', page)
    expect(ofCors(await server.ask('/things/1', from(page)))).toEqual({
      'access-control-allow-origin': page,
      'access-control-expose-headers': exposed,
      vary: 'origin',
    })
    for (const origin of [stranger, 'null', `${page}.evil.example`, 'http://app.example']) {
      const answer = await server.ask('/things/1', from(origin))
      expect([answer.status, ofCors(answer)]).toEqual([200, { vary: 'origin' }])
    }
  })

  test('mobium 88: a preflight of another is told nothing', async () => {
    await using server = await serve(page)
    expect(ofCors(await server.ask('/things/1', asks(page, 'PUT')))).toMatchObject({
      'access-control-allow-origin': page,
      'access-control-allow-methods': 'GET, PUT',
      vary: 'origin',
    })
    const answer = await server.ask('/things/1', asks(stranger, 'PUT'))
    expect([answer.status, ofCors(answer)]).toEqual([204, { vary: 'origin' }])
  })

  test('every answer tells caches that it depends on the origin, beside what else it depends on', async () => {
    await using server = await serve(page)
    expect(ofCors(await server.ask('/things/1'))).toEqual({ vary: 'origin' })
    expect(ofCors(await server.ask('/kept', from(page)))).toMatchObject({ vary: 'accept, origin' })
  })

  test('the door of sockets lets in whom it lists, and who is no page', () => {
    const { isOriginAllowed } = createCors([page])
    expect([page, null, stranger, 'null', ''].map(isOriginAllowed)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ])
    expect(createCors([]).isOriginAllowed(page)).toBe(false)
    expect(createCors(undefined).isOriginAllowed(stranger)).toBe(true)
  })
})

test('where pages have no business nothing is said to them', async () => {
  await using server = await ServedRoutes.open(routes)
  expect(ofCors(await server.ask('/things/1', from(page)))).toEqual({})
  expect((await server.ask('/things/1', asks(page, 'PUT'))).status).toBe(405)
})
