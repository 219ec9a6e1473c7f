/**
 * @module Binary HTTP inside the seal: what it reaches, what it brings along, what it takes home.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeRequest } from '@sotto/veil/bhttp/encode'
import type { Field } from '@sotto/veil/bhttp/message'
import { isStep } from '@sotto/veil/padding/ladder'
import { isReachable } from '#door/ohttp/allowed.ts'
import {
  answerBinaryRequest,
  answerLadder,
  type BinaryRequestDeps,
  dateProblemType,
  dateToleranceMillis,
  isBinaryRequest,
} from '#door/ohttp/binary-request.ts'
import { maxEnvelopeBytes } from '#door/ohttp/envelope.ts'
import { binary, padded, responseOf, ServedGateway, textOf } from '#door/ohttp/served-for-tests.ts'
import type { Route } from '#door/route.ts'

const nowMillis = Date.UTC(2026, 5, 1)

interface Seen {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly address: string
  readonly upgraded: boolean
}

function witness(answer: () => Response = () => new Response('ok')) {
  const seen: Seen[] = []
  const deps: BinaryRequestDeps = {
    async dispatch(request, peer, upgrade) {
      const none = { onOpen() {}, onMessage() {}, onDrain() {}, onPong() {}, onClose() {} }
      seen.push({
        url: request.url,
        method: request.method,
        headers: Object.fromEntries(request.headers),
        body: await request.text(),
        address: peer.address,
        upgraded: upgrade(none),
      })
      return answer()
    },
    nowMillis: () => nowMillis,
    maxContentBytes: 1000,
    maxAnswerBytes: 100_000,
    events: { sealedRefused() {} },
  }
  const walk = async (plaintext: Uint8Array, isFirst = true) => {
    const bytes = await answerBinaryRequest(plaintext, isFirst, deps, AbortSignal.timeout(5000))
    expect(isStep(answerLadder, bytes.length)).toBe(true)
    return responseOf(bytes)
  }
  return { seen, walk }
}

const field = (name: string, value: string): Field => ({ name, value })

describe('a request', () => {
  test('arrives with method, path, query and body, from nowhere, and becomes no socket', async () => {
    const { seen, walk } = witness()
    const content = new TextEncoder().encode('{}')
    await walk(binary({ method: 'POST', path: '/v2/send?a=1', content }))
    expect(seen).toMatchObject([
      {
        url: 'https://relay.invalid/v2/send?a=1',
        method: 'POST',
        body: '{}',
        address: '',
        upgraded: false,
      },
    ])
  })

  test('keeps the headers that routes read, and loses those that say who or where', async () => {
    const { seen, walk } = witness()
    const headers = [
      field('content-type', 'application/json'),
      field('idempotency-key', 'k'),
      field('x-forwarded-for', '192.0.2.1'),
      field('forwarded', 'for=192.0.2.1'),
      field('x-real-ip', '192.0.2.1'),
      field('user-agent', 'somebody/1.0'),
      field('cookie', 'a=b'),
      field('origin', 'https://elsewhere.example'),
      field('x-request-id', 'mine'),
    ]
    await walk(binary({ path: '/v2/x', headers }))
    expect(seen[0]?.headers).toEqual({ 'content-type': 'application/json', 'idempotency-key': 'k' })
  })

  test('comes in either form of RFC 9292, with trailers and padding', async () => {
    const { seen, walk } = witness()
    const request = {
      method: 'POST',
      scheme: 'http',
      authority: '',
      path: '/v2/x',
      headers: [field('host', 'relay.example')],
      content: Uint8Array.of(120),
      trailers: [field('x-after', '1')],
    }
    const plain = encodeRequest(request, { length: 'indeterminate' })
    const bytes = new Uint8Array(plain.length + 50)
    bytes.set(plain)
    expect(isBinaryRequest(bytes)).toBe(true)
    expect((await walk(bytes)).status).toBe(200)
    expect(seen[0]?.body).toBe('x')
  })

  test('that is wrong or too large is answered and reaches nothing', async () => {
    const { seen, walk } = witness()
    const long = 'x'.repeat(16_384)
    const wrong: readonly (readonly [Uint8Array, number])[] = [
      [binary({ path: '/x' }).slice(0, 5), 400],
      [binary({ method: 'PATCH' }), 400],
      [binary({ method: 'OPTIONS', path: '*' }), 400],
      [binary({ content: Uint8Array.of(1) }), 400],
      [binary({ method: 'POST', content: new Uint8Array(1001) }), 413],
      [binary({ headers: [field('x', long)] }), 431],
      [binary({ headers: [field('date', 'never')] }), 400],
    ]
    for (const [plaintext, status] of wrong) expect((await walk(plaintext)).status).toBe(status)
    expect(seen).toEqual([])
  })

  test('with any byte changed is answered with a padded response', async () => {
    const { walk } = witness()
    const whole = binary({
      method: 'POST',
      path: '/v2/send',
      headers: [field('accept', '*/*')],
      content: Uint8Array.of(1, 2, 3),
    })
    for (let at = 0; at < whole.length; at++) {
      for (const bit of [1, 0x20, 0x80]) {
        const changed = whole.slice()
        changed[at] = (changed[at] ?? 0) ^ bit
        await walk(changed)
      }
    }
    for (let length = 0; length < whole.length; length++) await walk(whole.slice(0, length))
  })

  test('that says when it was made is taken near that time only', async () => {
    const { seen, walk } = witness()
    const dated = async (millis: number) =>
      await walk(binary({ headers: [field('date', new Date(millis).toUTCString())] }))
    for (const shift of [0, -dateToleranceMillis, dateToleranceMillis]) {
      expect((await dated(nowMillis + shift)).status).toBe(200)
    }
    expect(seen).toHaveLength(3)
    for (const shift of [-1, 1]) {
      const answer = await dated(nowMillis + shift * (dateToleranceMillis + 1000))
      expect(answer.status).toBe(400)
      expect(JSON.parse(textOf(answer))).toMatchObject({ type: dateProblemType })
      expect(answer.headers).toContainEqual(field('date', new Date(nowMillis).toUTCString()))
    }
    expect(seen).toHaveLength(3)
  })
})

describe('an answer', () => {
  test('takes status, content and the headers on the list, and no other', async () => {
    const headers = {
      'content-type': 'text/plain',
      'retry-after': '7',
      etag: '"e"',
      'x-request-id': 'r',
      'set-cookie': 'a=b',
      server: 'x',
    }
    const { walk } = witness(() => new Response('no', { status: 429, headers }))
    const answer = await walk(binary({}))
    expect(answer.status).toBe(429)
    expect(textOf(answer)).toBe('no')
    expect(answer.headers.map(({ name }) => name).toSorted()).toEqual([
      'content-type',
      'etag',
      'retry-after',
    ])
  })

  test('that is too large, announced or streamed, is not sealed', async () => {
    const big = new Uint8Array(100_001)
    const stream = () => new Response(new Blob([big]).stream())
    for (const answer of [() => new Response(big), stream]) {
      expect((await witness(answer).walk(binary({}))).status).toBe(502)
    }
  })

  test('has one of few sizes, whatever it says', async () => {
    const sizes = new Set<number>()
    for (const length of [0, 900, 3000, 30_000, 60_000, 97_000, 99_000]) {
      const deps: BinaryRequestDeps = {
        dispatch: () => new Response(new Uint8Array(length)),
        nowMillis: () => nowMillis,
        maxContentBytes: 10,
        maxAnswerBytes: 100_000,
        events: { sealedRefused() {} },
      }
      const signal = AbortSignal.timeout(5000)
      sizes.add((await answerBinaryRequest(binary({}), true, deps, signal)).length)
    }
    expect([...sizes]).toEqual([1024, 4096, 32_768, 98_304, 131_008])
  })
})

describe('what may be reached', () => {
  const reached = (method: Route['method'], path: string) => isReachable({ method, path })

  test('is all of /v2 but the gateway, and of /v1 prekeys and attachments', () => {
    expect(reached('POST', '/v2/send')).toBe(true)
    expect(reached('POST', '/v2/recovery/store')).toBe(true)
    expect(reached('GET', '/v1/keys/{userId}')).toBe(true)
    expect(reached('POST', '/v1/attachments')).toBe(true)
    expect(reached('GET', '/v1/attachments/{id}')).toBe(true)
    for (const path of ['/v2/ohttp', '/v2/ohttp-key', '/ws', '/', '/admin/stats', '/v1/gateway']) {
      expect([path, reached('POST', path), reached('GET', path)]).toEqual([path, false, false])
    }
    expect(reached('POST', '/v1/sessions')).toBe(false)
    expect(reached('POST', '/v1/keys')).toBe(false)
    expect(reached('GET', '/v2/*')).toBe(false)
  })

  test('holds however the path is written', async () => {
    const route = (path: string): Route => ({
      method: 'POST',
      path,
      summary: '',
      tag: '',
      access: 'public',
      tier: 'none',
      responses: {},
      handle: () => new Response(path),
    })
    const routes = [route('/v2/send'), route('/v1/sessions'), route('/ws')]
    await using gateway = await ServedGateway.open({ routes })
    const walk = async (path: string) => {
      const answer = await gateway.walk({ method: 'POST', path })
      return [answer.status, textOf(answer)]
    }
    expect(await walk('/v2/send')).toEqual([200, '/v2/send'])
    expect(await walk('/v2/../v2/send')).toEqual([200, '/v2/send'])
    const refused = [
      '/v1/sessions',
      '/v2/../v1/sessions',
      '/v2/%2e%2e/v1/sessions',
      '//v1/sessions',
      '/v2/ohttp',
      '/v2/./ohttp',
      '/ws',
      '/v2/ohttp-key',
      '\\v1/sessions',
      '/v2/..\\v1\\sessions',
      '//127.0.0.1/v1/sessions',
      '/@127.0.0.1/v1/sessions',
    ]
    for (const path of refused) {
      const plaintext = path.startsWith('/') ? binary({ method: 'POST', path }) : binary({})
      const answer = responseOf(await gateway.exchange(plaintext))
      expect([path, answer.status]).toEqual([path, 404])
    }
  })
})

test('a padded envelope is never taken for binary HTTP, nor the other way round', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 0, max: maxEnvelopeBytes }), (value, length) => {
      expect(isBinaryRequest(padded(value))).toBe(false)
      const header = new Uint8Array(64).fill(0x41)
      new DataView(header.buffer).setUint32(0, length)
      expect(isBinaryRequest(header)).toBe(false)
    }),
  )
  for (const method of ['GET', 'POST', 'DELETE', 'PUT']) {
    expect(isBinaryRequest(binary({ method }))).toBe(true)
  }
})
