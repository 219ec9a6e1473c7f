/**
 * @module The listener's contract: how it starts, stops accepting, drains and ends, and that TLS changes nothing.
 */
import { X509Certificate } from 'node:crypto'
import { request as httpsRequest } from 'node:https'
import { connect as connectTls } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { nextTls, testTls } from '#door/listener.certificate.ts'
import {
  encodeFrame,
  eventually,
  handshakeHeaders,
  head,
  opcode,
  Wire,
} from '#door/listener.client.ts'
import { Echo, isAlive, onePair, Started, startSockets } from '#door/listener.contract.setup.ts'
import type { Listen, ListenOptions } from '#door/listener.ts'

const get = (path: string) => head(`GET ${path}`, { Host: 'localhost' })
const ok = () => new Response('ok')

export function lifeContract(listen: Listen): void {
  describe('starting', () => {
    const options: ListenOptions = {
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      socket: { maxMessageBytes: 1000 },
      maxBodyBytes: 1000,
      handle: ok,
    }

    test('on a port that is taken fails and says so', async () => {
      await using server = await Started.open(listen, ok)
      await expect(listen({ ...options, port: server.port })).rejects.toThrow(
        `Cannot listen on 127.0.0.1:${server.port}: address in use`,
      )
      expect(await (await fetch(server.url)).text()).toBe('ok')
    })

    test.each([
      [
        'an address of another machine',
        { host: '203.0.113.7' },
        '203.0.113.7:0: address not available',
      ],
      ['a port that is none', { port: 65_536 }, '127.0.0.1:65536: port must be 0\u201365535'],
      [
        'a certificate that is none',
        { tls: { cert: 'no', key: 'no' } },
        '127.0.0.1:0: certificate or key is not usable PEM',
      ],
      [
        'a key without its end',
        { tls: { cert: testTls.cert, key: testTls.key.slice(0, 100) } },
        '127.0.0.1:0: certificate or key is not usable PEM',
      ],
    ])('on %s fails and says so', async (_what, changes, message) => {
      await expect(listen({ ...options, ...changes })).rejects.toThrow(
        `Cannot listen on ${message}`,
      )
    })

    test('twice gives two listeners that share nothing', async () => {
      await using first = await Started.open(listen, () => new Response('first'))
      await using second = await Started.open(listen, () => new Response('second'))
      expect(await (await fetch(first.url)).text()).toBe('first')
      await first.listening.closeNow()
      expect(await (await fetch(second.url)).text()).toBe('second')
    })
  })

  describe('a listener that stops accepting', () => {
    test('refuses newcomers, answers who was there, and lets sockets go on', async () => {
      const { promise: go, resolve } = Promise.withResolvers<void>()
      const echo = new Echo()
      await using server = await Started.open(listen, async ({ url }, _peer, upgrade) => {
        if (upgrade(echo)) return undefined
        if (url.endsWith('/slow')) await go
        return new Response('answered')
      })
      const idle = await server.wire()
      expect((await idle.ask(get('/'))).status).toBe(200)
      const busy = await server.wire()
      busy.write(get('/slow'))
      const client = await server.socket()
      await eventually(() => server.listening.pending() === 1, 'the request')

      await server.listening.stopAccepting()
      await expect(Wire.open(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await idle.closed()
      client.send(opcode.binary, 'still here')
      expect((await client.of(opcode.binary))[0]?.payload.toString()).toBe('still here')
      expect(await server.listening.drained(AbortSignal.timeout(50))).toBe(false)

      resolve()
      expect((await busy.answer()).body).toBe('answered')
      await busy.closed()
      echo.open.close(1001, 'Server shutting down')
      const [close] = await client.of(opcode.close)
      expect(close?.payload.subarray(2).toString()).toBe('Server shutting down')
      client.wire.write(encodeFrame(opcode.close, new Uint8Array([3, 0xe9])))
      client.wire.tcp.end()
      expect(await server.listening.drained()).toBe(true)
      expect([server.listening.pending(), server.listening.sockets()]).toEqual([0, 0])
    })

    test('is drained at once when there is nobody', async () => {
      await using server = await Started.open(listen, ok)
      expect(await (await fetch(server.url)).text()).toBe('ok')
      await server.listening.stopAccepting()
      await server.listening.stopAccepting()
      expect(await server.listening.drained()).toBe(true)
    })

    test('is not drained before slow peers have what was sent to them', async () => {
      await using sockets = await startSockets(listen, () => new Echo(), {
        socket: { maxMessageBytes: 1024 * 1024 },
      })
      const pairs = [await onePair(sockets), await onePair(sockets)]
      const frame = new Uint8Array(64 * 1024).fill(5)
      const sent = pairs.map(({ client, recorder }) => {
        client.wire.tcp.pause()
        let count = 1
        while (recorder.open.send(frame) === 'sent') count++
        return count
      })
      await sockets.server.listening.stopAccepting()
      for (const { recorder } of pairs) recorder.open.close(1001, '')
      let isDrained = false
      const draining = sockets.server.listening.drained().then(() => (isDrained = true))
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(isDrained).toBe(false)
      for (const { client } of pairs) {
        client.wire.tcp.resume()
        await client.of(opcode.close)
        client.wire.write(encodeFrame(opcode.close, new Uint8Array([3, 0xe9])))
        client.wire.tcp.end()
      }
      await draining
      await sockets.server.listening.closeNow()
      expect(pairs.map(({ client }) => client.frames.length)).toEqual(
        sent.map((count) => count + 1),
      )
    })
  })

  describe('a listener that closes now', () => {
    test('ends requests, sockets and undecided handshakes, and may do so twice', async () => {
      const echo = new Echo()
      const signals: AbortSignal[] = []
      await using server = await Started.open(listen, async ({ url, signal }, _peer, upgrade) => {
        if (url.endsWith('/socket') && upgrade(echo)) return undefined
        signals.push(signal)
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        return new Response('never')
      })
      const client = await server.socket()
      const waiting = [await server.wire(), await server.wire(), await server.wire()]
      waiting[0]?.write(get('/'))
      waiting[1]?.write(head('GET /undecided', handshakeHeaders))
      waiting[2]?.write('GET / HT')
      await eventually(() => signals.length === 2, 'both requests')

      await server.listening.closeNow()
      for (const wire of [client.wire, ...waiting]) await wire.closed()
      await eventually(() => signals.every((signal) => signal.aborted), 'the signals')
      await eventually(() => echo.closes.length > 0, 'the socket\u2019s end')
      expect(echo.closes).toHaveLength(1)
      expect(echo.open.send(new Uint8Array([1]))).toBe('closed')
      await eventually(() => server.listening.pending() === 0, 'no request')
      expect(server.listening.sockets()).toBe(0)
      await server.listening.closeNow()
      await expect(Wire.open(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      expect(server.errors).toEqual([])
    })

    test('frees its port', async () => {
      await using first = await Started.open(listen, ok)
      const { port } = first
      await first.listening.closeNow()
      await using second = await Started.open(listen, ok, { port })
      expect(await (await fetch(second.url)).text()).toBe('ok')
    })
  })

  describe('TLS', () => {
    test('carries requests and sockets, and says https', async () => {
      const echo = new Echo()
      await using server = await Started.open(
        listen,
        async (request, peer, upgrade) => {
          if (upgrade(echo)) return undefined
          return Response.json([new URL(request.url).protocol, peer.address, await request.text()])
        },
        { tls: testTls },
      )
      expect(await askHttps(server.port, 'sealed')).toEqual(['https:', '127.0.0.1', 'sealed'])
      const client = await server.socket({ ca: testTls.cert })
      client.send(opcode.text, 'sealed')
      expect((await client.of(opcode.binary))[0]?.payload.toString()).toBe('sealed')
      expect(await isAlive(client)).toBe(true)
    })

    test('changes its certificate for newcomers, and open sockets and requests go on', async () => {
      const { promise: go, resolve } = Promise.withResolvers<void>()
      const echo = new Echo()
      await using server = await Started.open(
        listen,
        async (_request, _peer, upgrade) => {
          if (upgrade(echo)) return undefined
          await go
          return Response.json('answered')
        },
        { tls: testTls },
      )
      const { listening, port } = server
      const [before, after] = [testTls, nextTls].map(
        ({ cert }) => new X509Certificate(cert).fingerprint256,
      )
      expect(await shownCertificate(port)).toBe(before)
      const client = await server.socket({ ca: testTls.cert })
      const answer = askHttps(port, 'slow')
      await eventually(() => listening.pending() === 1, 'the request')

      for (const [pair, shown] of [
        [nextTls, after],
        [testTls, before],
        [nextTls, after],
      ] as const) {
        await listening.reloadTls(pair)
        for (let each = 0; each < 8; each++) expect(await shownCertificate(port)).toBe(shown)
      }
      expect([listening.port, listening.pending(), listening.sockets()]).toEqual([port, 1, 1])
      expect(await isAlive(client)).toBe(true)
      client.send(opcode.binary, 'still here')
      expect((await client.of(opcode.binary))[0]?.payload.toString()).toBe('still here')
      resolve()
      expect(await answer).toBe('answered')

      await listening.stopAccepting()
      await expect(Wire.open(port)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      expect(await listening.drained(AbortSignal.timeout(50))).toBe(false)
      expect(await isAlive(client)).toBe(true)
      await expect(listening.reloadTls(testTls)).rejects.toThrow('the listener has stopped')
      await listening.closeNow()
      await client.wire.closed()
      await eventually(() => echo.closes.length > 0, 'the end')
      expect([listening.sockets(), await listening.drained()]).toEqual([0, true])
    })

    test.each([
      ['text that is none', { cert: 'no', key: 'no' }],
      ['the key of another', { cert: nextTls.cert, key: testTls.key }],
      ['half a key', { cert: nextTls.cert, key: nextTls.key.slice(0, 100) }],
    ])('keeps its certificate when it is to be replaced by %s', async (_what, pair) => {
      await using server = await Started.open(listen, () => Response.json('ok'), { tls: testTls })
      await expect(server.listening.reloadTls(pair)).rejects.toThrow(
        'Cannot exchange certificate: certificate or key is not usable PEM',
      )
      const shown = new X509Certificate(testTls.cert).fingerprint256
      expect(await shownCertificate(server.port)).toBe(shown)
      expect(await askHttps(server.port, '')).toBe('ok')
    })

    test('has no certificate to change where nothing but clear text is spoken', async () => {
      await using server = await Started.open(listen, ok)
      await expect(server.listening.reloadTls(testTls)).rejects.toThrow(TypeError)
      expect(await (await fetch(server.url)).text()).toBe('ok')
    })

    test('does not let a second listener share the port, also after its certificate changed', async () => {
      await using server = await Started.open(listen, ok, { tls: testTls })
      const { port } = server
      for (const tls of [testTls, undefined]) {
        await expect(Started.open(listen, ok, { port, tls })).rejects.toThrow('address in use')
        await server.listening.reloadTls(nextTls)
      }
    })

    test('is not spoken by a client in clear, who is disconnected', async () => {
      let calls = 0
      await using server = await Started.open(
        listen,
        () => {
          calls++
          return ok()
        },
        { tls: testTls },
      )
      const wire = await server.wire()
      wire.write(get('/'))
      await wire.closed()
      expect(calls).toBe(0)
      expect(await askHttps(server.port, '').catch(() => 'ok')).toBe('ok')
      expect(server.errors).toEqual([])
    })
  })
}

/** The certificate that a new connection is shown. */
function shownCertificate(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const tcp = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(new X509Certificate(tcp.getPeerCertificate().raw).fingerprint256)
      tcp.destroy()
    })
    tcp.on('error', reject)
  })
}

/** `fetch` has no common way to trust a certificate. */
function askHttps(port: number, body: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      { port, host: '127.0.0.1', servername: 'localhost', ca: testTls.cert, method: 'POST' },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (part: string) => (text += part))
        response.on('end', () => {
          try {
            resolve(JSON.parse(text))
          } catch (error) {
            reject(error instanceof Error ? error : new Error('No JSON'))
          }
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}
