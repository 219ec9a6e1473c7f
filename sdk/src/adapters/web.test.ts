import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { answering, frame, RawServer, upgrading } from '#adapters/raw-server-for-tests.ts'
import { webClock, webNetwork, webRandomness } from '#adapters/web.ts'
import { isSottoError } from '#errors.ts'
import type { HttpRequest, HttpResponse } from '#ports/network.ts'

const network = webNetwork()
const patience = (): AbortSignal => AbortSignal.timeout(10_000)

async function ask(
  server: RawServer,
  request: Partial<HttpRequest> = {},
  signal: AbortSignal = patience(),
): Promise<HttpResponse> {
  const url = `http://127.0.0.1:${server.port}/`
  return await network.fetch({ method: 'GET', url, headers: {}, ...request }, 1000, signal)
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise
    return 'resolved'
  } catch (error) {
    return isSottoError(error) ? error.code : String(error)
  }
}

describe('an exchange', () => {
  test('comes back with status, headers in lower case and the whole body', async () => {
    await using server = await RawServer.start(
      answering('HTTP/1.1 418 Teapot\r\nX-Tea: Green\r\ncontent-length: 3\r\n\r\n\x00\xffa'),
    )
    const answer = await ask(server)
    expect(answer.status).toBe(418)
    expect(answer.headers['x-tea']).toBe('Green')
    expect(answer.body).toEqual(Uint8Array.of(0, 0xff, 0x61))
  })

  test('carries the body and the headers that were asked for, and nothing about who asks', async () => {
    let body = ''
    await using server = await RawServer.start((socket, _head, rest) => {
      body = rest.toString()
      if (body === '') socket.once('data', (data) => (body = data.toString()))
      setTimeout(() => socket.end('HTTP/1.1 204 No\r\nset-cookie: a=b\r\n\r\n'), 50)
    })
    const headers = { 'content-type': 'text/plain' }
    const bytes = new TextEncoder().encode('.hello.').subarray(1, 6)
    await ask(server, { method: 'POST', headers, body: bytes })
    expect(body).toBe('hello')
    await ask(server)
    expect(server.heads).toHaveLength(2)
    expect(server.heads[0]).toMatch(/^POST \/ /)
    expect(server.heads[0]).toMatch(/content-type: text\/plain/i)
    for (const head of server.heads) expect(head).not.toMatch(/cookie|referer|authorization/i)
  })

  test('does not follow a redirect', async () => {
    await using elsewhere = await RawServer.start(answering('HTTP/1.1 200 OK\r\n\r\n'))
    await using server = await RawServer.start(
      answering(`HTTP/1.1 307 Go\r\nlocation: http://127.0.0.1:${elsewhere.port}/\r\n\r\n`),
    )
    expect(await codeOf(ask(server))).toBe('bad-answer')
    expect(elsewhere.heads).toEqual([])
  })

  test.each([
    ['said to be', 'content-length: 1001\r\n\r\n'],
    ['longer than', `\r\n${'a'.repeat(1001)}`],
  ])('is refused when the body is %s more than may come', async (_, rest) => {
    await using server = await RawServer.start((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${rest}`)
    })
    expect(await codeOf(ask(server))).toBe('bad-answer')
  })

  test('may have a body of exactly as much as may come', async () => {
    await using server = await RawServer.start(
      answering(`HTTP/1.1 200 OK\r\n\r\n${'a'.repeat(1000)}`),
    )
    expect((await ask(server)).body).toHaveLength(1000)
  })

  test('is offline when nobody listens, when the answer is none, and when it breaks off', async () => {
    const gone = await RawServer.start(answering(''))
    await gone[Symbol.asyncDispose]()
    expect(await codeOf(ask(gone))).toBe('offline')
    for (const text of ['', 'noise\r\n\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf']) {
      await using server = await RawServer.start(answering(text))
      expect([text, await codeOf(ask(server))]).toEqual([text, 'offline'])
    }
  })

  test("ends with the signal's reason, before it begins and while it waits", async () => {
    await using server = await RawServer.start((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf')
    })
    const reason = new Error('enough')
    await expect(ask(server, {}, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(server.heads).toEqual([])
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 50)
    await expect(ask(server, {}, controller.signal)).rejects.toBe(reason)
    expect(server.heads).toHaveLength(1)
  })
})

describe('a socket', () => {
  function listen(port: number) {
    const events: string[] = []
    const closed = Promise.withResolvers<void>()
    const opened = Promise.withResolvers<void>()
    const socket = network.connect(`ws://127.0.0.1:${port}/ws`, ['one', 'two'], {
      opened() {
        events.push('opened')
        opened.resolve()
      },
      received: (bytes) => events.push(`received ${bytes.toHex()}`),
      closed(code, reason) {
        events.push(`closed ${code} ${reason}`)
        closed.resolve()
      },
    })
    return { socket, events, closed: closed.promise, opened: opened.promise }
  }

  test('offers the protocols, hands on bytes in order, and drops text', async () => {
    await using server = await RawServer.start(
      upgrading((socket) => {
        socket.write(frame(2, Uint8Array.of(1)))
        socket.write(frame(1, Uint8Array.of(0x61)))
        socket.write(frame(2, new Uint8Array(300).fill(7)))
        socket.end(frame(8, Buffer.from('\x03\xf1bye', 'latin1')))
      }),
    )
    const { events, closed } = listen(server.port)
    await closed
    expect(server.heads[0]).toMatch(/sec-websocket-protocol: one, ?two/i)
    const long = '07'.repeat(300)
    expect(events).toEqual(['opened', 'received 01', `received ${long}`, 'closed 1009 bye'])
  })

  test('sends bytes as one masked frame, also out of the middle of others', async () => {
    const said = Promise.withResolvers<Buffer>()
    await using server = await RawServer.start(
      upgrading((socket) => socket.once('data', said.resolve)),
    )
    const { socket, opened, closed } = listen(server.port)
    await opened
    socket.send(Uint8Array.of(9, 1, 2, 9).subarray(1, 3))
    const bytes = await said.promise
    expect(bytes.subarray(0, 2)).toEqual(Buffer.of(0x82, 0x82))
    const [mask, masked] = [bytes.subarray(2, 6), bytes.subarray(6, 8)]
    expect([...masked].map((byte, at) => byte ^ (mask[at] ?? 0))).toEqual([1, 2])
    await server[Symbol.asyncDispose]()
    await closed
  })

  test('is closed once, when it breaks off and when it could not be opened', async () => {
    await using server = await RawServer.start(upgrading((socket) => socket.destroy()))
    const broken = listen(server.port)
    await broken.closed
    await using refusing = await RawServer.start(answering('HTTP/1.1 503 No\r\n\r\n'))
    const refused = listen(refusing.port)
    await refused.closed
    await sleep(20)
    expect(broken.events.filter((event) => event.startsWith('closed'))).toHaveLength(1)
    expect(refused.events).toHaveLength(1)
    expect(refused.events[0]).toMatch(/^closed /)
  })

  test('that cannot even be asked for is closed after the caller has it', async () => {
    const events: unknown[] = []
    const closed = Promise.withResolvers<void>()
    const socket = network.connect('ws://[', [], {
      opened: () => events.push('opened'),
      received: () => events.push('received'),
      closed(code) {
        events.push(code)
        closed.resolve()
      },
    })
    expect(events).toEqual([])
    socket.send(Uint8Array.of(1))
    socket.close(1000, '')
    await closed.promise
    expect(events).toEqual([1006])
  })
})

test('the clock tells the time, calls once, and does not call what was cancelled', async () => {
  const calls: string[] = []
  expect(Math.abs(webClock.now() - Date.now())).toBeLessThan(1000)
  webClock.after(5, () => calls.push('soon'))
  webClock.after(-5, () => calls.push('at once'))
  webClock.after(10, () => calls.push('never')).cancel()
  // Platforms call at once what is further away than they can count.
  const far = webClock.after(2 ** 31 + 5, () => calls.push('in 25 days'))
  await sleep(60)
  far.cancel()
  expect(calls).toEqual(['at once', 'soon'])
})

test('chance gives as much as it is asked for, and never the same', () => {
  expect(webRandomness(0)).toHaveLength(0)
  expect(webRandomness(32)).not.toEqual(webRandomness(32))
  const many = webRandomness(200_000)
  expect(many).toHaveLength(200_000)
  const tail = many.subarray(-1000)
  expect(new Set(tail).size).toBeGreaterThan(200)
})
