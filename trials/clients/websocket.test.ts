import { createHash } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { UpgradeRefused, WebSocketClient } from '#clients/websocket.ts'

const soon = (): AbortSignal => AbortSignal.timeout(5000)

/** A server of one connection: answers the upgrade with `answer`, then hands the socket over. */
async function serve(
  answer: (accept: string) => Buffer,
  onSocket: (socket: Socket) => void = () => {},
): Promise<AsyncDisposable & { readonly url: URL }> {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.once('data', (head) => {
      const key = /sec-websocket-key: (\S+)/i.exec(head.toString())?.[1] ?? ''
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      socket.write(answer(accept.digest('base64')))
      onSocket(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('Cannot listen')
  return {
    url: new URL(`http://127.0.0.1:${address.port}/v1/gateway?token=t`),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const switching = (accept: string, behind = Buffer.alloc(0)): Buffer =>
  Buffer.concat([
    Buffer.from(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
    ),
    behind,
  ])

describe('a client socket', () => {
  test('receives what came in one piece with the handshake, and only after it was opened', async () => {
    const frames = Buffer.from('8202aabb8800', 'hex')
    await using server = await serve((accept) => switching(accept, frames))
    const events: unknown[] = []
    const { promise: closed, resolve } = Promise.withResolvers<void>()
    await WebSocketClient.open(
      server.url,
      {
        onBinary: (payload) => events.push(Buffer.from(payload).toString('hex')),
        onClose: (code) => {
          events.push(code)
          resolve()
        },
      },
      soon(),
    )
    events.push('opened')
    await closed
    expect(events).toEqual(['opened', 'aabb', 1005])
  })

  test('masks what it sends, answers pings, and gets its pong', async () => {
    const received: number[] = []
    await using server = await serve(switching, (socket) => {
      socket.write(Buffer.from('8901aa', 'hex'))
      socket.on('data', (chunk) => {
        received.push(...new Uint8Array(Buffer.from(chunk)))
        // Its ping, 6 bytes and one of payload, is answered with the payload unmasked.
        const at = received.findIndex((byte) => byte === 0x89)
        if (at >= 0 && received.length >= at + 7) {
          const plain = (received[at + 6] ?? 0) ^ (received[at + 2] ?? 0)
          socket.write(Buffer.from([0x8a, 1, plain]))
        }
      })
    })
    const handler = { onBinary: () => {}, onClose: () => {} }
    const client = await WebSocketClient.open(server.url, handler, soon())
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(received[0]).toBe(0x8a)
    expect(received[1]).toBe(0x81)
    expect((received[6] ?? 0) ^ (received[2] ?? 0)).toBe(0xaa)
    received.length = 0
    expect(await client.ping(Uint8Array.of(7), soon())).toEqual(Uint8Array.of(7))
    client.terminate()
  })

  test('tells of a connection that just ends', async () => {
    await using server = await serve(switching, (socket) => setTimeout(() => socket.destroy(), 20))
    const code = await new Promise<number>((resolve) => {
      const handler = { onBinary: () => {}, onClose: resolve }
      void WebSocketClient.open(server.url, handler, soon())
    })
    expect(code).toBe(1006)
  })

  test('ends a connection that breaks the protocol', async () => {
    const masked = Buffer.from('828000000000', 'hex')
    await using server = await serve((accept) => switching(accept, masked))
    const code = await new Promise<number>((resolve) => {
      const handler = { onBinary: () => {}, onClose: resolve }
      void WebSocketClient.open(server.url, handler, soon())
    })
    expect(code).toBe(1002)
  })

  test('is refused with the status, or for a wrong accept key', async () => {
    const handler = { onBinary: () => {}, onClose: () => {} }
    const no = Buffer.from('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n')
    await using refusing = await serve(() => no)
    await expect(WebSocketClient.open(refusing.url, handler, soon())).rejects.toThrow(
      UpgradeRefused,
    )
    await using lying = await serve(() => switching('bm90IHRoZSBrZXk='))
    await expect(WebSocketClient.open(lying.url, handler, soon())).rejects.toThrow('accept key')
  })
})
