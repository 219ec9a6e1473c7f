/**
 * @module A WebSocket of a client over a plain TCP socket (RFC 6455): the opening handshake, pings that a trial can
 * send and time, an end without a goodbye, and no automatic anything.
 */
import { createHash, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { encodeClientFrame, FrameError, FrameReader, Opcode } from '#clients/websocket-frames.ts'

export interface WebSocketHandler {
  onBinary(payload: Uint8Array): void
  /** Called exactly once. 1006: ended without a close frame; 1002: the server broke the protocol. */
  onClose(code: number, reason: string): void
}

/** The relay answered the upgrade with something other than 101. */
export class UpgradeRefused extends Error {
  readonly status: number

  constructor(status: number) {
    super(`Cannot open WebSocket: status is ${status}, 101 needed`)
    this.name = 'UpgradeRefused'
    this.status = status
  }
}

const acceptSuffix = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const maxHeadBytes = 16 * 1024

export class WebSocketClient {
  readonly #socket: Socket
  readonly #handler: WebSocketHandler
  readonly #pongs: ((payload: Uint8Array) => void)[] = []
  #isClosed = false

  private constructor(socket: Socket, handler: WebSocketHandler) {
    this.#socket = socket
    this.#handler = handler
  }

  /** Rejects with {@link UpgradeRefused}, or with the error of the connection. */
  static async open(
    url: URL,
    handler: WebSocketHandler,
    signal: AbortSignal,
  ): Promise<WebSocketClient> {
    signal.throwIfAborted()
    const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
    // Someone must always listen, or an error between two listeners would end the process.
    socket.on('error', () => {})
    const abort = (): void => void socket.destroy(new Error('Cannot open WebSocket: aborted'))
    signal.addEventListener('abort', abort, { once: true })
    try {
      const early = await shakeHands(socket, url)
      const client = new WebSocketClient(socket, handler)
      client.#listen(early)
      return client
    } catch (error) {
      socket.destroy()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  sendBinary(payload: Uint8Array): void {
    this.#write(Opcode.binary, payload)
  }

  sendText(text: string): void {
    this.#write(Opcode.text, new TextEncoder().encode(text))
  }

  /** Resolves to the payload of the next pong. */
  async ping(payload: Uint8Array, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted()
    return await new Promise((resolve, reject) => {
      const abort = (): void => reject(new Error('Cannot ping: no pong in time'))
      signal.addEventListener('abort', abort, { once: true })
      this.#pongs.push((pong) => {
        signal.removeEventListener('abort', abort)
        resolve(pong)
      })
      this.#write(Opcode.ping, payload)
    })
  }

  /** Starts the closing handshake; `onClose` follows. */
  close(code = 1000): void {
    this.#write(Opcode.close, Uint8Array.of(code >> 8, code & 0xff))
  }

  /** Ends the connection as a crash would: no close frame. */
  terminate(): void {
    this.#socket.destroy()
  }

  /** Stops and starts reading: a slow reader. */
  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  #write(opcode: Opcode, payload: Uint8Array): void {
    if (!this.#socket.destroyed) {
      this.#socket.write(encodeClientFrame(opcode, payload, randomBytes(4)))
    }
  }

  #listen(early: Uint8Array): void {
    const frames = new FrameReader({
      onMessage: (payload, isText) => {
        if (!isText) this.#handler.onBinary(payload)
      },
      onPing: (payload) => this.#write(Opcode.pong, payload),
      onPong: (payload) => this.#pongs.shift()?.(new Uint8Array(payload)),
      onClose: (code, reason) => {
        this.#write(Opcode.close, code === 1005 ? new Uint8Array() : Uint8Array.of(code >> 8, code))
        this.#socket.end()
        this.#closed(code, reason)
      },
    })
    const read = (chunk: Uint8Array): void => {
      try {
        frames.push(chunk)
      } catch (error) {
        // Only the line's own faults end here; what a handler throws must be heard.
        if (!(error instanceof FrameError)) throw error
        this.#socket.destroy()
        this.#closed(1002, error.message)
      }
    }
    this.#socket.on('close', () => this.#closed(1006, ''))
    this.#socket.on('data', read)
    // The caller must hold the client before the first message comes.
    setImmediate(() => {
      if (this.#socket.destroyed) return this.#closed(1006, '')
      if (early.length > 0) read(early)
      this.#socket.resume()
    })
  }

  #closed(code: number, reason: string): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#handler.onClose(code, reason)
  }
}

/** Resolves to the bytes that came behind the answer's head. */
async function shakeHands(socket: Socket, url: URL): Promise<Uint8Array> {
  const key = randomBytes(16).toString('base64')
  const accept = createHash('sha1')
    .update(key + acceptSuffix)
    .digest('base64')
  return await new Promise((resolve, reject) => {
    let received = Buffer.alloc(0)
    const settle = (outcome: () => void): void => {
      socket.off('data', read)
      socket.off('error', reject)
      socket.off('close', ended)
      outcome()
    }
    const ended = (): void =>
      settle(() => reject(new Error('Cannot open WebSocket: connection closed during handshake')))
    const read = (chunk: Uint8Array): void => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf('\r\n\r\n')
      if (end < 0) {
        if (received.length > maxHeadBytes) socket.destroy()
        return
      }
      socket.pause()
      const head = received.subarray(0, end).toString('latin1')
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)
      if (status !== 101) return settle(() => reject(new UpgradeRefused(status)))
      if (/\r\nsec-websocket-accept: *(\S+)/i.exec(head)?.[1] !== accept) {
        return settle(() => reject(new Error('Cannot open WebSocket: accept key does not fit')))
      }
      // Stays paused until the frames have a listener.
      settle(() => resolve(received.subarray(end + 4)))
    }
    socket.on('data', read)
    socket.on('error', reject)
    socket.on('close', ended)
    socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
    )
  })
}
