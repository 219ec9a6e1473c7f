/**
 * @module The listener's contract: requests, answers, and clients who cannot write HTTP.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testTls } from '#door/listener.certificate.ts'
import { eventually, handshakeHeaders, head } from '#door/listener.client.ts'
import { isBun, maxBodyBytes, Recorder, Started } from '#door/listener.contract.setup.ts'
import type { Listen } from '#door/listener.ts'

const get = (path: string, host = 'localhost') => head(`GET ${path}`, { Host: host })

export function httpContract(listen: Listen): void {
  describe('a request', () => {
    test('reaches the handler whole, and its answer the client', async () => {
      await using server = await Started.open(listen, async (request, peer) => {
        const { method, url } = request
        const seen = { method, url, address: peer.address, body: await request.text() }
        return Response.json({ ...seen, tag: request.headers.get('X-Tag') }, { status: 201 })
      })
      const response = await fetch(`${server.url}/a/b?c=d%20e`, {
        method: 'POST',
        body: 'ünï'.repeat(400),
        headers: { 'x-tag': 'one, two' },
      })
      expect(response.status).toBe(201)
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      expect(await response.json()).toEqual({
        method: 'POST',
        url: `${server.url}/a/b?c=d%20e`,
        address: '127.0.0.1',
        body: 'ünï'.repeat(400),
        tag: 'one, two',
      })
    })

    test('is counted while it is being answered', async () => {
      const { promise: go, resolve } = Promise.withResolvers<void>()
      await using server = await Started.open(listen, async () => {
        await go
        return new Response('done')
      })
      expect(server.listening.pending()).toBe(0)
      const answers = [fetch(server.url), fetch(server.url)]
      await eventually(() => server.listening.pending() === 2, 'two requests')
      resolve()
      await Promise.all(answers)
      await eventually(() => server.listening.pending() === 0, 'no request')
    })

    test('shares its connection with the next, in order', async () => {
      await using server = await Started.open(listen, async (request) => {
        const { pathname } = new URL(request.url)
        if (pathname === '/slow') await new Promise((resolve) => setTimeout(resolve, 30))
        return new Response(pathname)
      })
      const wire = await server.wire()
      expect((await wire.ask(get('/first'))).body).toBe('/first')
      expect((await wire.ask(get('/slow'))).body).toBe('/slow')
      expect((await wire.ask(get('/last'))).body).toBe('/last')
    })

    test('tells by its signal that the client left, and by nothing else', async () => {
      const signals: AbortSignal[] = []
      await using server = await Started.open(listen, async ({ signal, url }) => {
        signals.push(signal)
        if (url.endsWith('/wait')) {
          await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
        }
        return new Response('answered')
      })
      expect(await (await fetch(`${server.url}/quick`)).text()).toBe('answered')
      const wire = await server.wire()
      wire.write(get('/wait'))
      await eventually(() => signals.length === 2, 'both requests')
      wire.destroy()
      await eventually(() => signals[1]?.aborted === true, 'the signal')
      expect(signals[0]?.aborted).toBe(false)
      await eventually(() => server.listening.pending() === 0, 'no request')
      expect(server.errors).toEqual([])
    })

    test.each([
      ['/a/../b', '/b'],
      ['/a/./b', '/a/b'],
      ['/%2e%2e/b', '/b'],
      ['//host/path', '//host/path'],
      ['/back\\slash', '/back/slash'],
      ['/%zz?x=%zz', '/%zz?x=%zz'],
      ['http://other/abs?q=1', '/abs?q=1'],
    ])('to %s is for %s on the host that the client named', async (target, path) => {
      await using server = await Started.open(listen, ({ url }) => new Response(url))
      const wire = await server.wire()
      const { body } = await wire.ask(get(target, 'relay.example:8443'))
      expect(body).toBe(`http://relay.example:8443${path}`)
    })

    test.each(['a b', 'a/b', 'a@b', 'a?b', 'a#b', '1.2.3.999', 'a:99999', 'a:b'])(
      'for the host %j is refused before a door sees it',
      async (host) => {
        let calls = 0
        await using server = await Started.open(listen, () => {
          calls++
          return new Response('')
        })
        const wire = await server.wire()
        const answer = await wire.ask(get('/', host))
        expect(answer.status).toBe(400)
        expect(JSON.parse(answer.body)).toEqual({ error: 'Invalid Host header' })
        expect(calls).toBe(0)
      },
    )
  })

  describe('a handler that fails', () => {
    const boom = new Error('boom')
    const failures: [string, () => Response | undefined | Promise<Response>][] = [
      [
        'throws',
        () => {
          throw boom
        },
      ],
      ['rejects', () => Promise.reject(boom)],
      ['gives neither response nor socket', () => undefined],
    ]
    test.each(failures)('because it %s is answered with 500 and reported', async (_how, handle) => {
      await using server = await Started.open(listen, handle)
      const response = await fetch(server.url)
      expect(response.status).toBe(500)
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      expect(await response.json()).toEqual({ error: 'Internal server error' })
      expect(server.errors).toHaveLength(1)
      expect(await (await fetch(server.url)).json()).toEqual({ error: 'Internal server error' })
    })
  })

  describe('an answer', () => {
    test('without a body has the length 0, and HEAD gets no body', async () => {
      await using server = await Started.open(listen, ({ url }) =>
        url.endsWith('/empty') ? new Response(null, { status: 201 }) : new Response('body'),
      )
      const wire = await server.wire()
      const empty = await wire.ask(get('/empty'))
      expect([empty.status, empty.headers['content-length']]).toEqual([201, '0'])
      wire.write(head('HEAD /', { Host: 'localhost' }) + get('/empty'))
      await eventually(() => wire.text.includes('201'), 'the second answer')
      expect(wire.text).not.toContain('body')
    })

    test('keeps every Set-Cookie and its status', async () => {
      await using server = await Started.open(listen, () => {
        const headers = new Headers({ 'content-type': 'text/plain' })
        headers.append('set-cookie', 'a=1')
        headers.append('set-cookie', 'b=2')
        return new Response('teapot', { status: 418, headers })
      })
      const response = await fetch(server.url)
      expect(response.status).toBe(418)
      expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
      expect(await response.text()).toBe('teapot')
    })
  })

  describe('a client who cannot write HTTP', () => {
    const hostile: [string, string | Buffer][] = [
      ['garbage', 'hello world\r\n\r\n'],
      ['a TLS hello', Buffer.from('1603010200010001fc0303', 'hex')],
      [
        'a header section of 100 kB',
        `GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`,
      ],
      ['no Host', 'GET / HTTP/1.1\r\n\r\n'],
      [
        'both framings',
        head('POST /', { Host: 'a', 'Content-Length': '3', 'Transfer-Encoding': 'chunked' }),
      ],
      [
        'two lengths',
        'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
      ],
      ['a negative length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\nabcd'],
      ['a folded header', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n'],
      ['a bad chunk', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
      ['a space in the target', 'GET /a b HTTP/1.1\r\nHost: a\r\n\r\n'],
    ]
    test.each(hostile)('but sends %s is refused and disconnected', async (_what, bytes) => {
      let answered = 0
      await using server = await Started.open(listen, async (request) => {
        await request.bytes()
        answered++
        return new Response('fine')
      })
      const wire = await server.wire()
      wire.write(bytes)
      await wire.closed()
      expect(wire.text).not.toContain('fine')
      expect(wire.text === '' || /^HTTP\/1\.1 (?:4\d\d|5\d\d) /.test(wire.text)).toBe(true)
      expect(answered).toBe(0)
      expect(await (await fetch(server.url)).text()).toBe('fine')
      await eventually(() => server.listening.pending() === 0, 'no request')
      expect(server.errors).toEqual([])
    })

    test('never takes the server with them, whatever the bytes', async () => {
      await using server = await Started.open(listen, async (request) => {
        await request.bytes()
        return new Response('fine')
      })
      const starts = [
        '',
        'GET / HTTP/1.1\r\nHost: a\r\n',
        head('GET /', handshakeHeaders),
        'POST /',
      ]
      const hostileBytes = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 300 }))
      await fc.assert(
        fc.asyncProperty(hostileBytes, async ([start, bytes]) => {
          const wire = await server.wire()
          wire.write(start)
          wire.write(bytes)
          wire.tcp.end()
          await wire.closed()
          wire.destroy()
        }),
        { numRuns: 60 },
      )
      expect(await (await fetch(server.url)).text()).toBe('fine')
      expect(server.errors).toEqual([])
    })

    test('but stays silent, stops half-way, trickles or does not read is disconnected', async () => {
      const handle = async (request: Request) => {
        if (request.url.endsWith('/endless')) {
          const pull = (controller: ReadableStreamDefaultController<Uint8Array>) =>
            controller.enqueue(new Uint8Array(64 * 1024))
          return new Response(new ReadableStream<Uint8Array>({ pull }))
        }
        await request.bytes()
        return new Response('fine')
      }
      await using server = await Started.open(listen, handle, { idleSeconds: 1 })
      await using sealed = await Started.open(listen, handle, { idleSeconds: 1, tls: testTls })
      const slow = {
        silent: '',
        startLine: 'GET / HT',
        headers: 'GET / HTTP/1.1\r\nHost: a\r\n',
        body: head('POST /', { Host: 'a', 'Content-Length': '10' }) + 'x',
        next: get('/') + 'GET / HT',
      }
      const wires = [await sealed.wire()]
      for (const text of Object.values(slow)) {
        const wire = await server.wire()
        wire.write(text)
        wires.push(wire)
      }
      const deaf = await server.wire()
      deaf.write(get('/endless'))
      await eventually(() => deaf.received.length > 0, 'the start')
      deaf.tcp.pause()
      const trickle = setInterval(() => wires[3]?.write('X-Y: z\r\n'), 500)
      try {
        await eventually(() => wires.every((wire) => wire.isClosed), 'all to be closed', 15_000)
        await eventually(
          () => server.listening.pending() === 0,
          'the endless answer to end',
          15_000,
        )
      } finally {
        clearInterval(trickle)
      }
      expect([...server.errors, ...sealed.errors]).toEqual([])
    }, 20_000)
  })

  describe('a request for a socket', () => {
    const without = (name: string) =>
      Object.fromEntries(Object.entries(handshakeHeaders).filter(([each]) => each !== name))
    const incomplete: [string, string, Record<string, string>][] = [
      ['no Upgrade', 'GET /', without('Upgrade')],
      ['another Upgrade', 'GET /', { ...handshakeHeaders, Upgrade: 'h2c' }],
      ['no Connection', 'GET /', without('Connection')],
      ['another Connection', 'GET /', { ...handshakeHeaders, Connection: 'keep-alive' }],
      ['no version', 'GET /', without('Sec-WebSocket-Version')],
      ['version 8', 'GET /', { ...handshakeHeaders, 'Sec-WebSocket-Version': '8' }],
      ['no key', 'GET /', without('Sec-WebSocket-Key')],
      ['a short key', 'GET /', { ...handshakeHeaders, 'Sec-WebSocket-Key': 'AAAA' }],
      ['a bad protocol list', 'GET /', { ...handshakeHeaders, 'Sec-WebSocket-Protocol': 'a,,b' }],
      ['POST', 'POST /', { ...handshakeHeaders, 'Content-Length': '0' }],
    ]
    test.each(incomplete)('with %s stays a request', async (_what, start, headers) => {
      const recorder = new Recorder()
      await using server = await Started.open(listen, (_request, _peer, upgrade) =>
        Response.json({ upgraded: upgrade(recorder) }, { status: 400 }),
      )
      const wire = await server.wire()
      const answer = await wire.ask(head(start, headers))
      expect([answer.status, answer.body]).toEqual([400, '{"upgraded":false}'])
      expect(recorder.socket).toBeUndefined()
    })

    test('can be answered with a refusal', async () => {
      await using server = await Started.open(listen, async () => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        return Response.json({ error: 'Unauthorized' }, { status: 401 })
      })
      const wire = await server.wire()
      const answer = await wire.ask(head('GET /', handshakeHeaders))
      expect([answer.status, answer.body]).toEqual([401, '{"error":"Unauthorized"}'])
      await eventually(() => server.listening.pending() === 0, 'no request')
    })

    test('can be answered at any length', async () => {
      const length = 8 * 1024 * 1024
      await using server = await Started.open(
        listen,
        () =>
          new Response(
            new ReadableStream<Uint8Array>({
              start(controller) {
                for (let sent = 0; sent < length; sent += 64 * 1024) {
                  controller.enqueue(new Uint8Array(64 * 1024))
                }
                controller.close()
              },
            }),
            { headers: { 'content-length': String(length) } },
          ),
      )
      const wire = await server.wire()
      let received = 0
      wire.write(head('GET /', handshakeHeaders))
      await eventually(() => wire.received.length > 0, 'the start')
      wire.tcp.pause()
      await new Promise((resolve) => setTimeout(resolve, 50))
      wire.take((chunk) => (received += chunk.length))
      wire.tcp.resume()
      await eventually(() => received > length, 'the rest')
      await eventually(() => server.listening.pending() === 0, 'no request')
    })

    test('can be granted late, once, and whatever is then answered is ignored', async () => {
      const recorder = new Recorder()
      const grants: boolean[] = []
      await using server = await Started.open(listen, async (_request, _peer, upgrade) => {
        await new Promise((resolve) => setTimeout(resolve, 10))
        grants.push(upgrade(recorder, { protocol: 'chat' }), upgrade(new Recorder()))
        return new Response('ignored')
      })
      const headers = { Connection: 'keep-alive, Upgrade', 'Sec-WebSocket-Protocol': 'chat, chat' }
      const client = await server.socket({ headers })
      expect(grants).toEqual([true, false])
      expect(client.protocol).toBe('chat')
      recorder.open.send(new Uint8Array([1]))
      expect((await client.of(2)).map((frame) => [...frame.payload])).toEqual([[1]])
      expect([server.listening.sockets(), server.listening.pending()]).toEqual([1, 0])
    })

    test.each([
      ['the one that is chosen', 'mobile, live.v1,\tlive.v2', { protocol: 'live.v2' }, 'live.v2'],
      ['none without a choice', 'live.v1, live.v2', undefined, undefined],
      ['none for an empty choice', 'live.v1, live.v2', {}, undefined],
      ['none when none is offered', undefined, undefined, undefined],
    ])('selects %s of the sub-protocols', async (_which, offered, choice, selected) => {
      await using server = await Started.open(listen, (_request, _peer, upgrade) => {
        upgrade(new Recorder(), choice)
        return undefined
      })
      const headers = offered === undefined ? {} : { 'Sec-WebSocket-Protocol': offered }
      expect((await server.socket({ headers })).protocol).toBe(selected)
    })

    test.each(['live.v1', undefined])(
      'does not select a sub-protocol that is not offered in %j',
      async (offered) => {
        const recorder = new Recorder()
        await using server = await Started.open(listen, (_request, _peer, upgrade) => {
          expect(() => upgrade(recorder, { protocol: 'live' })).toThrow(
            new RangeError('Cannot choose sub-protocol: must be one that the client offers'),
          )
          return new Response('refused', { status: 400 })
        })
        const wire = await server.wire()
        const headers = offered === undefined ? {} : { 'Sec-WebSocket-Protocol': offered }
        const answer = await wire.ask(head('GET /', { ...handshakeHeaders, ...headers }))
        expect([answer.status, answer.body, recorder.socket]).toEqual([400, 'refused', undefined])
        expect([server.listening.sockets(), server.errors]).toEqual([0, []])
      },
    )

    test('can be granted at once, and still once', async () => {
      const grants: boolean[] = []
      await using server = await Started.open(listen, (_request, _peer, upgrade) => {
        grants.push(upgrade(new Recorder()), upgrade(new Recorder()))
        return undefined
      })
      await server.socket()
      expect([grants, server.errors]).toEqual([[true, false], []])
    })

    test('whose client has left is not granted', async () => {
      const recorder = new Recorder()
      let granted: boolean | undefined
      const { promise: go, resolve } = Promise.withResolvers<void>()
      await using server = await Started.open(listen, async (_request, _peer, upgrade) => {
        await go
        granted = upgrade(recorder)
        return new Response('late')
      })
      const wire = await server.wire()
      wire.write(head('GET /', handshakeHeaders))
      await eventually(() => server.listening.pending() === 1, 'the request')
      wire.tcp.resetAndDestroy()
      await new Promise((done) => setTimeout(done, 50))
      resolve()
      await eventually(() => granted !== undefined, 'the decision')
      await eventually(() => server.listening.pending() === 0, 'no request')
      expect([granted, server.listening.sockets()]).toEqual([false, 0])
      expect(server.errors).toEqual([])
    })
  })

  test(`a body of more than ${maxBodyBytes} bytes is announced in vain`, async () => {
    let calls = 0
    await using server = await Started.open(listen, () => {
      calls++
      return new Response('')
    })
    const wire = await server.wire()
    const answer = await wire.ask(
      head('POST /', { Host: 'a', 'Content-Length': String(maxBodyBytes + 1) }) + 'start',
    )
    expect(answer.status).toBe(413)
    const told = isBun ? '' : `{"error":"Body is larger than ${maxBodyBytes} bytes"}`
    expect(answer.body).toBe(told)
    expect(calls).toBe(0)
  })
}
