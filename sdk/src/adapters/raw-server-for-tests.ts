/**
 * @module A server that says what a test tells it to, byte by byte, on a port of its own.
 */
import { createHash } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'

/** `head` is a request up to its empty line; what follows comes as `rest`, if it came at once. */
type Script = (socket: Socket, head: string, rest: Buffer) => void

export class RawServer implements AsyncDisposable {
  /** Of every request so far. */
  readonly heads: readonly string[]
  readonly port: number
  readonly #server: Server
  readonly #sockets: ReadonlySet<Socket>

  private constructor(
    server: Server,
    sockets: ReadonlySet<Socket>,
    heads: readonly string[],
    port: number,
  ) {
    this.#server = server
    this.#sockets = sockets
    this.heads = heads
    this.port = port
  }

  static async start(script: Script): Promise<RawServer> {
    const sockets = new Set<Socket>()
    const heads: string[] = []
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => undefined)
      let received = Buffer.alloc(0)
      let isOpen = false
      socket.on('data', (data) => {
        if (isOpen || typeof data === 'string') return
        received = Buffer.concat([received, data])
        const end = received.indexOf('\r\n\r\n')
        if (end < 0) return
        isOpen = true
        const head = received.subarray(0, end).toString('latin1')
        heads.push(head)
        script(socket, head, received.subarray(end + 4))
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new TypeError('No port')
    return new RawServer(server, sockets, heads, address.port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

/** Answers and closes. */
export function answering(text: string): Script {
  return (socket) => socket.end(text, 'latin1')
}

/** Opens the WebSocket (RFC 6455 §4.2.2) with the first protocol that is offered, and hands it over. */
export function upgrading(then: (socket: Socket) => void): Script {
  return (socket, head) => {
    const key = /sec-websocket-key: *(\S+)/i.exec(head)?.[1] ?? ''
    const protocol = /sec-websocket-protocol: *([^\s,]+)/i.exec(head)?.[1] ?? ''
    const accept = createHash('sha1')
      .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64')
    const lines = [
      'HTTP/1.1 101 Switching Protocols',
      'upgrade: websocket',
      'connection: upgrade',
      `sec-websocket-accept: ${accept}`,
      `sec-websocket-protocol: ${protocol}`,
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    then(socket)
  }
}

/** One unmasked frame of less than 64 KiB (RFC 6455 §5.2). */
export function frame(opcode: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : 4)
  head[0] = 0x80 | opcode
  head[1] = Math.min(payload.length, 126)
  if (payload.length >= 126) head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}
