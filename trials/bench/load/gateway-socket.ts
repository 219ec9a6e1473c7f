/**
 * @module A gateway socket of a load generator: as lean as the client's, on Bun's raw sockets, and acknowledging all that
 * came in one read with one frame.
 */
import { Connection } from '#bench/load/connection.ts'
import { decodeFrame, encodeAckFrame, type Envelope } from '#clients/protobuf.ts'
import { encodeClientFrame, FrameReader, Opcode } from '#clients/websocket-frames.ts'

export interface GatewaySocketHandler {
  /** The content is valid during the call only. */
  onEnvelope(envelope: Envelope): void
  /** 1006 for an end without a close frame. Not called after `end`. */
  onClose(code: number): void
}

export class GatewaySocket {
  readonly #acknowledges: boolean
  readonly #handler: GatewaySocketHandler
  #connection: Connection | undefined
  #received: string[] = []
  #closed = false

  private constructor(acknowledges: boolean, handler: GatewaySocketHandler) {
    this.#acknowledges = acknowledges
    this.#handler = handler
  }

  /** Resolves when the upgrade was accepted. */
  static async open(
    port: number,
    token: string,
    acknowledges: boolean,
    handler: GatewaySocketHandler,
  ): Promise<GatewaySocket> {
    const socket = new GatewaySocket(acknowledges, handler)
    const { promise: upgraded, resolve, reject } = Promise.withResolvers<void>()
    let head: Buffer | undefined = Buffer.alloc(0)
    const frames = socket.#reader()
    const onData = (chunk: Uint8Array): void => {
      if (head === undefined) return socket.#read(frames, chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.toString('latin1').startsWith('HTTP/1.1 101 ')) {
        return reject(new Error(`Cannot open socket: ${head.toString('latin1', 0, 12)}`))
      }
      const early = head.subarray(end + 4)
      head = undefined
      resolve()
      socket.#read(frames, early)
    }
    const onEnd = (): void => {
      reject(new Error('Cannot open socket: the relay closed the connection'))
      socket.#close(1006)
    }
    socket.#connection = await Connection.open(port, { onData, onEnd })
    // The key is a nonce against caches; a fixed one does for a load.
    socket.#connection.write(
      Buffer.from(
        `GET /v1/gateway?token=${token} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
          'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n' +
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
    )
    await upgraded
    return socket
  }

  end(): void {
    this.#closed = true
    this.#connection?.write(encodeClientFrame(Opcode.close, Uint8Array.of(0x03, 0xe8)))
    this.#connection?.end()
  }

  #reader(): FrameReader {
    return new FrameReader({
      onMessage: (payload) => {
        const frame = decodeFrame(payload)
        if (frame.kind !== 'envelope') return
        if (this.#acknowledges) this.#received.push(frame.envelope.id)
        this.#handler.onEnvelope(frame.envelope)
      },
      onPing: (payload) => this.#connection?.write(encodeClientFrame(Opcode.pong, payload)),
      onPong: () => {},
      onClose: (code) => this.#close(code),
    })
  }

  #read(frames: FrameReader, chunk: Uint8Array): void {
    frames.push(chunk)
    if (this.#received.length === 0 || this.#closed) return
    const ack = encodeAckFrame(this.#received)
    this.#received = []
    this.#connection?.write(encodeClientFrame(Opcode.binary, ack))
  }

  #close(code: number): void {
    if (this.#closed) return
    this.#closed = true
    this.#connection?.end()
    this.#handler.onClose(code)
  }
}
