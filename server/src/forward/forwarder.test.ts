/**
 * @module The forwarder between a client and a gateway that the test plays.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { keyProblemType } from '@sotto/veil/ohttp/encapsulation'
import { type Play, PlayedGateway, ServedForwarder } from '#forward/served-for-tests.ts'

const echo: Play = ({ body }, answer) => {
  answer.setHeader('content-type', 'message/ohttp-res')
  answer.setHeader('x-gateway', 'secret')
  answer.setHeader('set-cookie', 'a=b')
  answer.end(body)
}

const fingerprint = 'ab'.repeat(32)

const keys =
  (headers: Readonly<Record<string, string>> = {}): Play =>
  ({ url }, answer) => {
    answer.setHeader('key-fingerprint', fingerprint)
    for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value)
    answer.end(url.includes('format=rfc9458') ? 'the list' : 'the key')
  }

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000
  while (!isSo() && performance.now() < deadline) await sleep(5)
}

describe('a request', () => {
  test('goes to the gateway as it is, and its answer comes back as it is', async () => {
    await using gateway = await PlayedGateway.open(echo)
    await using forwarder = await ServedForwarder.open(gateway.origin)
    const body = new Uint8Array(1000).map((_, at) => at)
    const response = await forwarder.send(body)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('message/ohttp-res')
    expect(response.headers.get('x-gateway')).toBeNull()
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(body)
    expect(gateway.received).toMatchObject([{ method: 'POST', url: '/v2/ohttp' }])
  })

  test('vauchi 117: takes no header of its client along, nor its query', async () => {
    await using gateway = await PlayedGateway.open(echo)
    await using forwarder = await ServedForwarder.open(gateway.origin)
    const told = 'told-by-client'
    const response = await forwarder.ask('/v2/ohttp?who=told-by-client', {
      method: 'POST',
      body: 'x',
      headers: {
        'content-type': 'text/told-by-client',
        'x-forwarded-for': told,
        forwarded: `for=${told}`,
        'user-agent': told,
        cookie: told,
        authorization: told,
        referer: `https://${told}.example/`,
        'accept-language': told,
        'x-app-compat-version': told,
        'x-request-id': told,
        via: told,
      },
    })
    expect(response.status).toBe(200)
    const [received] = gateway.received
    expect(JSON.stringify(received)).not.toContain(told)
    const names = received?.headers.map(([name]) => name) ?? []
    const ofTheRuntime = new Set([
      'host',
      'connection',
      'content-length',
      'accept-encoding',
      'accept-language',
      'sec-fetch-mode',
      'user-agent',
    ])
    expect(names.filter((name) => !ofTheRuntime.has(name)).toSorted()).toEqual([
      'accept',
      'content-type',
    ])
    expect(received?.headers).toContainEqual(['content-type', 'message/ohttp-req'])
  })

  test('vauchi 115: passes at its limit and is 413 above, announced or not', async () => {
    await using gateway = await PlayedGateway.open(echo)
    await using forwarder = await ServedForwarder.open(gateway.origin)
    expect((await forwarder.send(new Uint8Array(65_536))).status).toBe(200)
    expect((await forwarder.send(new Uint8Array(65_537))).status).toBe(413)
    const stream = new Blob([new Uint8Array(65_537)]).stream()
    const streamed: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      body: stream,
      duplex: 'half',
    }
    expect((await forwarder.ask('/v2/ohttp', streamed)).status).toBe(413)
    expect(gateway.received).toHaveLength(1)
  })

  test('vauchi 116: is 502 without a word when the gateway fails in any way', async () => {
    const problem = { 'content-type': 'application/problem+json' }
    const ways: readonly Play[] = [
      (_, answer) => answer.writeHead(400).end('secret'),
      (_, answer) => answer.writeHead(426).end('secret'),
      (_, answer) => answer.writeHead(500).end('secret'),
      (_, answer) => answer.writeHead(302, { location: '/v2/ohttp-key' }).end(),
      (_, answer) => void answer.destroy(),
      (_, answer) => answer.end(new Uint8Array(2000)),
      (_, answer) => answer.writeHead(400, problem).end('{'),
      (_, answer) => answer.writeHead(400, problem).end('{"type":"about:blank"}'),
      (_, answer) => answer.writeHead(500, problem).end(`{"type":"${keyProblemType}"}`),
      (_, answer) => answer.writeHead(400).end(`{"type":"${keyProblemType}"}`),
    ]
    let way = 0
    await using gateway = await PlayedGateway.open((received, answer) =>
      ways[way]?.(received, answer),
    )
    await using forwarder = await ServedForwarder.open(gateway.origin, {
      'max-response-bytes': '1999',
    })
    for (; way < ways.length; way++) {
      const response = await forwarder.send(new Uint8Array(10))
      expect([way, response.status, await response.text()]).toEqual([way, 502, ''])
    }
    expect(gateway.received).toHaveLength(ways.length)
  })

  test('vauchi 116: is 502 when there is no gateway, and health is well all the same', async () => {
    const gateway = await PlayedGateway.open(echo)
    await gateway[Symbol.asyncDispose]()
    await using forwarder = await ServedForwarder.open(gateway.origin)
    expect((await forwarder.send(new Uint8Array(10))).status).toBe(502)
    expect((await forwarder.ask('/v2/ohttp-key')).status).toBe(502)
    const health = await forwarder.ask('/health')
    expect([health.status, await health.text()]).toEqual([200, 'ok'])
  })

  test('is 502 when the gateway takes too long', async () => {
    await using gateway = await PlayedGateway.open(() => undefined)
    await using forwarder = await ServedForwarder.open(gateway.origin, {
      'request-timeout-secs': '1',
    })
    expect((await forwarder.send(new Uint8Array(10))).status).toBe(502)
    await until(() => gateway.left === 1)
    expect(gateway.left).toBe(1)
  })

  test('sealed for another key is told so, in words that are ours', async () => {
    await using gateway = await PlayedGateway.open((_, answer) =>
      answer
        .writeHead(400, { 'content-type': 'application/problem+json; charset=utf-8' })
        .end(JSON.stringify({ type: keyProblemType, title: 'x', secret: 'y' })),
    )
    await using forwarder = await ServedForwarder.open(gateway.origin)
    const response = await forwarder.send(new Uint8Array(100))
    expect(response.status).toBe(400)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(await response.json()).toEqual({ type: keyProblemType, title: 'Key unknown' })
  })

  test('is given up when its client leaves', async () => {
    await using gateway = await PlayedGateway.open(() => undefined)
    await using forwarder = await ServedForwarder.open(gateway.origin)
    const leaving = new AbortController()
    const sent = forwarder.send(new Uint8Array(10), {}, leaving.signal).catch(() => undefined)
    await until(() => gateway.received.length === 1)
    leaving.abort()
    await sent
    await until(() => gateway.left === 1)
    expect(gateway.left).toBe(1)
  })

  test('vauchi 119: beyond the rate of its address is 429; the key and health are not limited', async () => {
    await using gateway = await PlayedGateway.open((received, answer) =>
      received.method === 'POST' ? echo(received, answer) : keys()(received, answer),
    )
    await using forwarder = await ServedForwarder.open(gateway.origin, {
      'rate-limit-per-second': '2',
      'client-ip-header': 'X-Forwarded-For',
    })
    const from = async (address: string) =>
      (await forwarder.send(new Uint8Array(10), { 'x-forwarded-for': address })).status
    expect([await from('192.0.2.1'), await from('192.0.2.1')]).toEqual([200, 200])
    expect(await from('198.51.100.7, 192.0.2.1')).toBe(429)
    expect(await from('192.0.2.2')).toBe(200)
    for (let i = 0; i < 5; i++) {
      expect((await forwarder.ask('/v2/ohttp-key')).status).toBe(200)
      expect((await forwarder.ask('/health')).status).toBe(200)
    }
  })

  test('leaves no address, and nothing that it said, in the log', async () => {
    await using gateway = await PlayedGateway.open(echo)
    await using forwarder = await ServedForwarder.open(gateway.origin, {
      'client-ip-header': 'x-forwarded-for',
      'rate-limit-per-second': '1',
    })
    const headers = { 'x-forwarded-for': '203.0.113.77' }
    await forwarder.send(new TextEncoder().encode('body-4711'), headers)
    await forwarder.send(new TextEncoder().encode('body-4711'), headers)
    await forwarder.ask('/v2/path-4711', { headers })
    const text = forwarder.lines.filter((line) => !line.includes('relay.listening')).join('\n')
    expect(text).toContain('request.answered')
    for (const secret of ['203.0.113.77', '127.0.0.1', '4711']) expect(text).not.toContain(secret)
  })

  test('that is open is finished when the forwarder stops', async () => {
    let finish = (): void => undefined
    await using gateway = await PlayedGateway.open((received, answer) => {
      finish = () => echo(received, answer)
    })
    await using forwarder = await ServedForwarder.open(gateway.origin)
    const sent = forwarder.send(new Uint8Array(10))
    await until(() => gateway.received.length === 1)
    const stopped = forwarder.stop()
    finish()
    expect((await sent).status).toBe(200)
    await stopped
    await expect(forwarder.ask('/health')).rejects.toThrow()
  })

  test('may come from pages: a preflight is answered', async () => {
    await using gateway = await PlayedGateway.open(echo)
    await using forwarder = await ServedForwarder.open(gateway.origin, {
      'cors-origins': 'https://app.example',
    })
    const preflight = await forwarder.ask('/v2/ohttp', {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-origin')).toBe('https://app.example')
  })
})

describe('the key', () => {
  test('vauchi 118: is fetched once for all, with its fingerprint, in either form', async () => {
    await using gateway = await PlayedGateway.open(keys({ 'x-gateway': 'secret' }))
    await using forwarder = await ServedForwarder.open(gateway.origin)
    const all = Array.from({ length: 10 }, async () => await forwarder.ask('/v2/ohttp-key?you=me'))
    for (const response of await Promise.all(all)) {
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toBe('application/ohttp-keys')
      expect(response.headers.get('key-fingerprint')).toBe(fingerprint)
      expect(response.headers.get('x-gateway')).toBeNull()
      expect(await response.text()).toBe('the key')
    }
    const list = await forwarder.ask('/v2/ohttp-key?format=rfc9458&you=me')
    expect(await list.text()).toBe('the list')
    expect(gateway.received.map(({ url }) => url)).toEqual([
      '/v2/ohttp-key',
      '/v2/ohttp-key?format=rfc9458',
    ])
  })

  test('may be kept by clients no longer than it is kept here', async () => {
    await using gateway = await PlayedGateway.open(keys({ 'cache-control': 'max-age=60' }))
    await using forwarder = await ServedForwarder.open(gateway.origin)
    const control = (await forwarder.ask('/v2/ohttp-key')).headers.get('cache-control') ?? ''
    const age = Number(/^public, max-age=(\d+)$/.exec(control)?.[1])
    expect(age).toBeLessThanOrEqual(60)
    expect(age).toBeGreaterThan(30)
  })

  test('that is too large, empty, missing or elsewhere is 502', async () => {
    const ways: readonly Play[] = [
      (_, answer) => answer.end('x'.repeat(4097)),
      (_, answer) => answer.end(),
      (_, answer) => answer.writeHead(404).end('x'),
      (_, answer) => answer.writeHead(301, { location: '/elsewhere' }).end(),
    ]
    let way = 0
    await using gateway = await PlayedGateway.open((received, answer) =>
      ways[way]?.(received, answer),
    )
    await using forwarder = await ServedForwarder.open(gateway.origin)
    for (; way < ways.length; way++) {
      expect((await forwarder.ask('/v2/ohttp-key')).status).toBe(502)
    }
    expect(gateway.received).toHaveLength(ways.length)
  })
})

test('other paths are not there, and other methods are told which', async () => {
  await using gateway = await PlayedGateway.open(echo)
  await using forwarder = await ServedForwarder.open(gateway.origin)
  for (const path of ['/', '/v2/send', '/v2/health', '/__e2e/reorder-status', '/metrics']) {
    expect((await forwarder.ask(path)).status).toBe(404)
  }
  const get = await forwarder.ask('/v2/ohttp')
  expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST'])
  expect(gateway.received).toEqual([])
})
