/**
 * @module The oblivious door from outside: what it says in clear, and what it says sealed.
 */
import { createHash, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encapsulateRequest } from '@sotto/veil/ohttp/client'
import { keyProblemType } from '@sotto/veil/ohttp/encapsulation'
import { decodeKeyConfig, decodeKeyConfigs } from '@sotto/veil/ohttp/key-config'
import type { Actions } from '#door/ohttp/envelope.ts'
import {
  binary,
  bodyOf,
  padded,
  responseOf,
  ServedGateway,
  textOf,
} from '#door/ohttp/served-for-tests.ts'
import type { Route } from '#door/route.ts'
import { StoreError } from '#store/store.ts'

const echo: Actions = {
  send: async (body) => ({ status: 200, body: { status: 'ok', got: body } }),
  fetch: async () => ({ status: 200, body: { status: 'ok', blobs: [] } }),
  refuse: async () => ({
    status: 429,
    body: { status: 'error', error: 'rate limit exceeded' },
    retryAfterSeconds: 10,
  }),
}

const request = { version: 2, action: 'send', recipient_id: 'ab' }

describe('the key', () => {
  test('vauchi 62: is 41 bytes with their fingerprint, the same for everybody who asks', async () => {
    await using gateway = await ServedGateway.open()
    const response = await gateway.ask('/v2/ohttp-key')
    const bytes = new Uint8Array(await response.arrayBuffer())
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/ohttp-keys')
    expect(bytes.length).toBe(41)
    expect(decodeKeyConfig(bytes)?.suites).toEqual([{ kdf: 1, aead: 3 }])
    const hash = createHash('sha256').update(bytes).digest('hex')
    expect(response.headers.get('key-fingerprint')).toBe(hash)
    const again = await gateway.ask('/v2/ohttp-key?client=another')
    expect(new Uint8Array(await again.arrayBuffer())).toEqual(bytes)
  })

  test('comes as a list with both suites to who asks for that, with one fingerprint', async () => {
    await using gateway = await ServedGateway.open()
    const response = await gateway.ask('/v2/ohttp-key?format=rfc9458')
    const configs = decodeKeyConfigs(new Uint8Array(await response.arrayBuffer()))
    const bare = await gateway.config()
    expect(configs).toEqual([
      {
        ...bare,
        suites: [
          { kdf: 1, aead: 3 },
          { kdf: 1, aead: 1 },
        ],
      },
    ])
    const other = await gateway.ask('/v2/ohttp-key')
    const fingerprint = other.headers.get('key-fingerprint')
    expect(response.headers.get('key-fingerprint')).toBe(fingerprint)
  })

  test('vauchi 63: is not there when the gateway is switched off, and neither is the gateway', async () => {
    await using gateway = await ServedGateway.open({ isOff: true })
    const key = await gateway.ask('/v2/ohttp-key')
    expect([key.status, await key.text()]).toEqual([404, ''])
    const post = await gateway.hand(new Uint8Array(100))
    expect(post.status).toBe(404)
    expect(await post.json()).toEqual({ status: 'error', error: 'ohttp not enabled' })
  })

  test('vauchi 72: changes with its window, goes on for one more, and then is gone', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    const old = await gateway.config()
    gateway.passWindows(1)
    const fresh = await gateway.config()
    expect(fresh.keyId).toBe((old.keyId + 1) % 256)
    expect(fresh.publicKey).not.toEqual(old.publicKey)
    expect(bodyOf(await gateway.exchange(padded(request), old))).toMatchObject({ status: 'ok' })
    expect(bodyOf(await gateway.exchange(padded(request), fresh))).toMatchObject({ status: 'ok' })
    gateway.passWindows(1)
    const late = await gateway.hand((await gateway.seal(padded(request), old)).message)
    expect(late.status).toBe(400)
    expect(late.headers.get('content-type')).toBe('application/problem+json')
    expect(await late.json()).toMatchObject({ type: keyProblemType, status: 'error' })
  })

  test('is accepted a window early, from a client whose clock is ahead of ours', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    gateway.passWindows(1)
    const next = await gateway.config()
    gateway.passWindows(-1)
    expect(bodyOf(await gateway.exchange(padded(request), next))).toMatchObject({ status: 'ok' })
  })

  test('vauchi 73: may change under requests that are on their way', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    const config = await gateway.config()
    const all = Array.from({ length: 20 }, async (_, at) => {
      if (at === 10) gateway.passWindows(1)
      return bodyOf(await gateway.exchange(padded(request), config))
    })
    for (const body of await Promise.all(all)) expect(body).toMatchObject({ status: 'ok' })
  })
})

describe('what cannot be opened', () => {
  test('vauchi 65: garbage, nothing and one byte are 400 in JSON', async () => {
    await using gateway = await ServedGateway.open()
    const garbage = [randomBytes(200), new Uint8Array(), Uint8Array.of(1), new Uint8Array(54)]
    for (const bytes of garbage) {
      const response = await gateway.hand(bytes)
      expect(response.status).toBe(400)
      expect(response.headers.get('content-type')).toContain('application/json')
      expect(await response.json()).toEqual({
        status: 'error',
        error: 'failed to decapsulate request',
      })
    }
  })

  test('is refused wherever a byte is changed or missing, and does nothing', async () => {
    let calls = 0
    const act: Actions = {
      send: async () => {
        calls++
        return { status: 200, body: {} }
      },
    }
    await using gateway = await ServedGateway.open({ actions: act })
    const { message } = await gateway.seal(padded(request))
    for (let at = 0; at < message.length; at++) {
      const changed = message.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect((await gateway.hand(changed)).status).toBe(400)
    }
    for (let length = 0; length < message.length; length += 7) {
      expect((await gateway.hand(message.slice(0, length))).status).toBe(400)
    }
    expect(calls).toBe(0)
    expect((await gateway.hand(message)).status).toBe(200)
    expect(calls).toBe(1)
  })

  test('vauchi 75: above 128 KiB it is 413', async () => {
    await using gateway = await ServedGateway.open()
    expect((await gateway.hand(new Uint8Array(128 * 1024))).status).toBe(400)
    expect((await gateway.hand(new Uint8Array(128 * 1024 + 1))).status).toBe(413)
  })

  test('the gateway has one bucket for everybody, and says when to come again', async () => {
    await using gateway = await ServedGateway.open({ policy: { perSecond: 1, burst: 2 } })
    const hand = async (from: string) =>
      await gateway.ask('/v2/ohttp', {
        method: 'POST',
        body: 'x',
        headers: { 'x-forwarded-for': from },
      })
    expect((await hand('192.0.2.1')).status).toBe(400)
    expect((await hand('192.0.2.2')).status).toBe(400)
    const refused = await hand('192.0.2.3')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refused.json()).toMatchObject({ error: 'rate limit exceeded' })
  })
})

describe("Vauchi's envelopes", () => {
  test('vauchi 64: reach the action of their name with all their members', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    expect(await gateway.act(request)).toEqual({ status: 'ok', got: request })
  })

  test('vauchi 66: without a version they are 400, in clear, with a word about JSON', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    const response = await gateway.hand((await gateway.seal(padded({ action: 'send' }))).message)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('JSON')
  })

  test('vauchi 67 and 68: another version and an unknown action are told sealed', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    const of = async (value: unknown) => await gateway.act(value)
    const error = (text: string) => ({ status: 'error', error: text })
    expect(await of({ ...request, version: 1 })).toEqual(error('unsupported protocol version: 1'))
    expect(await of({ version: 2, action: 'jump' })).toEqual(error('unknown action: jump'))
    for (const name of ['toString', '__proto__', 'constructor']) {
      expect(await of({ version: 2, action: name })).toEqual(error(`unknown action: ${name}`))
    }
  })

  test('vauchi 69: what an action refuses is an outer 200 with its error inside', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    const answer = await gateway.act({ version: 2, action: 'refuse' })
    expect(answer).toEqual({ status: 'error', error: 'rate limit exceeded' })
  })

  test('vauchi 70 and 76: small answers have 256 bytes, pages 4, 32 or 96 KiB', async () => {
    let chars = 5000
    const page = async () => ({ status: 200, body: { status: 'ok', blobs: 'x'.repeat(chars) } })
    const ack = async () => ({ status: 200, body: { status: 'ok', acknowledged: true } })
    await using gateway = await ServedGateway.open({ actions: { ack, fetch: page, other: page } })
    const sizeOf = async (action: string) =>
      (await gateway.exchange(padded({ version: 2, action }))).length
    expect(await sizeOf('ack')).toBe(256)
    expect(await sizeOf('other')).toBe(5120)
    expect(await sizeOf('fetch')).toBe(32_768)
    chars = 0
    expect(await sizeOf('fetch')).toBe(4096)
    chars = 98_000
    expect(await sizeOf('fetch')).toBe(98_304)
    // More than a page is not lost.
    chars = 100_000
    expect(await sizeOf('fetch')).toBe(100_096)
  })

  test('vauchi 71: with a broken padding or JSON they do nothing, and are told so sealed', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    const broken = [
      new Uint8Array(),
      Uint8Array.of(0, 0, 0),
      Uint8Array.of(0, 0, 0, 9, 1, 2),
      Uint8Array.of(255, 255, 255, 255, 0, 0),
      Uint8Array.of(0, 0, 0, 1, 0x7b),
      padded([]),
      padded(null),
      padded('text'),
      padded({ version: 2 }),
      padded({ version: 256, action: 'send' }),
      padded({ version: '2', action: 'send' }),
    ]
    for (const plaintext of broken) {
      expect(bodyOf(await gateway.exchange(plaintext))).toMatchObject({ status: 'error' })
    }
  })

  test('whatever is inside, the answer is sealed, has one of the sizes, and says error', async () => {
    await using gateway = await ServedGateway.open()
    const config = await gateway.config()
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), async (plaintext) => {
        const answer = await gateway.exchange(plaintext, config)
        expect(answer.length % 256).toBe(0)
      }),
      { numRuns: 100 },
    )
  })

  test('what an action throws is sealed as well, and a broken store is told apart', async () => {
    await using gateway = await ServedGateway.open({
      actions: {
        send: async () => Promise.reject(new StoreError('busy', 'Cannot write')),
        fetch: async () => Promise.reject(new TypeError('Cannot read secret-4711')),
      },
    })
    expect(await gateway.act(request)).toEqual({
      status: 'error',
      error: 'storage unavailable, try again',
    })
    const answer = await gateway.act({ version: 2, action: 'fetch' })
    expect(answer).toEqual({ status: 'error', error: 'internal server error' })
  })
})

describe('a replay', () => {
  test('of an envelope is told sealed, and nothing is done again', async () => {
    const got: unknown[] = []
    await using gateway = await ServedGateway.open({
      actions: {
        send: async (body) => {
          got.push(body)
          return { status: 200, body: { status: 'ok' } }
        },
      },
    })
    const sealed = await gateway.seal(padded(request))
    const first = bodyOf(await gateway.open(await gateway.hand(sealed.message), sealed))
    expect(first).toEqual({ status: 'ok' })
    for (const windows of [0, 1]) {
      gateway.passWindows(windows)
      const again = await gateway.open(await gateway.hand(sealed.message), sealed)
      expect(bodyOf(again)).toEqual({ status: 'error', error: 'request was already taken' })
      expect(again.length).toBe(256)
    }
    expect(got).toHaveLength(1)
    // The same in another seal is another request.
    expect(await gateway.act(request)).toEqual({ status: 'ok' })
    expect(got).toHaveLength(2)
  })

  test('that overtakes the request is not taken twice either', async () => {
    let calls = 0
    await using gateway = await ServedGateway.open({
      actions: {
        send: async () => {
          calls++
          return { status: 200, body: { status: 'ok' } }
        },
      },
    })
    const { message } = await gateway.seal(padded(request))
    await Promise.all(Array.from({ length: 8 }, async () => await gateway.hand(message)))
    expect(calls).toBe(1)
  })

  test('cannot be prepared: an encapsulated key in front of noise is not remembered', async () => {
    await using gateway = await ServedGateway.open({ actions: echo })
    const sealed = await gateway.seal(padded(request))
    const noise = new Uint8Array([...sealed.message.subarray(0, 39), ...randomBytes(80)])
    expect((await gateway.hand(noise)).status).toBe(400)
    const answer = await gateway.open(await gateway.hand(sealed.message), sealed)
    expect(bodyOf(answer)).toMatchObject({ status: 'ok' })
  })

  test('of binary HTTP is 425, which says that the client may seal it anew', async () => {
    await using gateway = await ServedGateway.open({ routes: [hello] })
    const sealed = await gateway.seal(binary({ path: '/v2/hello' }))
    const first = responseOf(await gateway.open(await gateway.hand(sealed.message), sealed))
    const again = responseOf(await gateway.open(await gateway.hand(sealed.message), sealed))
    expect([first.status, again.status]).toEqual([200, 425])
  })
})

const hello: Route = {
  method: 'GET',
  path: '/v2/hello',
  summary: '',
  tag: '',
  access: 'public',
  tier: 'standard',
  responses: {},
  handle: ({ peer, request: { headers } }) =>
    Response.json({ peer: peer.address, headers: Object.fromEntries(headers) }),
}

describe('binary HTTP', () => {
  test('is answered in either suite', async () => {
    await using gateway = await ServedGateway.open({ routes: [hello] })
    const config = await gateway.config()
    for (const aead of [3, 1]) {
      const only = { ...config, suites: [{ kdf: 1, aead }] }
      const random = (length: number) => new Uint8Array(randomBytes(length))
      const plaintext = binary({ path: '/v2/hello' })
      const sealed = await encapsulateRequest(gateway.primitives, random, only, plaintext)
      if (sealed === undefined) throw new Error('Cannot seal')
      const response = await gateway.hand(sealed.message)
      expect(response.headers.get('content-type')).toBe('message/ohttp-res')
      expect(responseOf(await gateway.open(response, sealed)).status).toBe(200)
    }
  })

  test('does not see where it came from, whatever stands outside', async () => {
    await using gateway = await ServedGateway.open({ routes: [hello] })
    const sealed = await gateway.seal(binary({ path: '/v2/hello' }))
    const response = await gateway.ask('/v2/ohttp', {
      method: 'POST',
      body: new Uint8Array(sealed.message),
      headers: { 'x-forwarded-for': '203.0.113.9', 'x-app-compat-version': '3', cookie: 'a=b' },
    })
    const answer = responseOf(await gateway.open(response, sealed))
    expect(JSON.parse(textOf(answer))).toEqual({ peer: '', headers: {} })
  })
})
