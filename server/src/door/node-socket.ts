/**
 * @module One WebSocket on Node: the `ws` package's socket behind the doors' `Socket`, behaving as Bun's does.
 */
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { closeFrame, maxUnreadPongs } from '#door/connection.ts'
import type { Socket, SocketHandler } from '#door/listener.ts'

/**
 * Unsent bytes from which a sender is asked to stop, and a peer who pings counts as one who does not read. Not less,
 * because Node announces a drain from its own 64 KiB on; not more, because every stalled reader costs as much.
 */
const highWaterBytes = 64 * 1024

export interface NodeSocketContext {
  readonly queueLimit: number
  readonly onError: ((error: unknown) => void) | undefined
  /** The handler has been told, or will be in this turn, that the socket is over. */
  onEnded(socket: NodeSocket): void
  /** The connection itself is gone. */
  onGone(socket: NodeSocket): void
}

export class NodeSocket implements Socket {
  readonly #ws: WebSocket
  readonly #raw: Duplex
  readonly #handler: SocketHandler
  readonly #context: NodeSocketContext
  #isFull = false
  #isOver = false
  #unreadPongs = 0

  constructor(ws: WebSocket, raw: Duplex, handler: SocketHandler, context: NodeSocketContext) {
    this.#ws = ws
    this.#raw = raw
    this.#handler = handler
    this.#context = context
    ws.on('message', (data, isBinary) =>
      this.#call(() => handler.onMessage(toBytes(data), !isBinary)),
    )
    ws.on('ping', (data) => this.#pinged(data))
    ws.on('pong', () => this.#call(() => handler.onPong()))
    ws.on('error', () => this.#end(1006))
    ws.on('close', (code) => {
      this.#end(code)
      context.onGone(this)
    })
    raw.on('drain', () => this.#drained())
  }

  opened(): void {
    this.#call(() => this.#handler.onOpen(this))
  }

  send(frame: Uint8Array): 'sent' | 'full' | 'closed' {
    return this.#write(frame) ? this.#fullness() : 'closed'
  }

  sendMany(frames: readonly Uint8Array[]): 'sent' | 'full' | 'closed' {
    if (!this.#isOpen) return 'closed'
    this.#raw.cork()
    const areWritten = frames.every((frame) => this.#write(frame))
    this.#raw.uncork()
    return areWritten ? this.#fullness() : 'closed'
  }

  ping(): void {
    if (!this.#isOver && this.#ws.bufferedAmount <= this.#context.queueLimit) this.#ws.ping()
  }

  close(code: number, reason: string): void {
    const frame = closeFrame(code, reason)
    if (this.#isOver) return
    if (frame === undefined) this.#ws.close()
    else this.#ws.close(frame.code, frame.reason)
    this.#endSoon(code)
  }

  terminate(): void {
    if (!this.#isOver) this.#endSoon(1006)
    this.#ws.terminate()
  }

  get #isOpen(): boolean {
    return !this.#isOver && this.#ws.readyState === this.#ws.OPEN
  }

  #write(frame: Uint8Array): boolean {
    if (!this.#isOpen) return false
    if (this.#ws.bufferedAmount > this.#context.queueLimit) {
      this.terminate()
      return false
    }
    this.#ws.send(frame)
    return true
  }

  #fullness(): 'sent' | 'full' {
    if (this.#ws.bufferedAmount < highWaterBytes) return 'sent'
    this.#isFull = true
    return 'full'
  }

  /** `ws` could answer by itself, but would count the pings of one packet against its limit. */
  #pinged(data: Buffer): void {
    if (this.#isOver) return
    if (this.#ws.bufferedAmount < highWaterBytes) this.#ws.pong(data)
    else if (++this.#unreadPongs > maxUnreadPongs) this.terminate()
    else this.#ws.pong(data)
  }

  #drained(): void {
    if (this.#ws.bufferedAmount > 0) return
    this.#unreadPongs = 0
    if (!this.#isFull) return
    this.#isFull = false
    this.#call(() => this.#handler.onDrain())
  }

  #end(code: number): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#context.onEnded(this)
    this.#report(() => this.#handler.onClose(code))
  }

  /** We ended it: `ws` goes on with the handshake, the handler is done with it. */
  #endSoon(code: number): void {
    this.#isOver = true
    this.#context.onEnded(this)
    queueMicrotask(() => this.#report(() => this.#handler.onClose(code)))
  }

  #call(callback: () => void): void {
    if (this.#isOver) return
    if (!this.#report(callback)) this.close(1011, 'Internal server error')
  }

  #report(callback: () => void): boolean {
    try {
      callback()
      return true
    } catch (error) {
      this.#context.onError?.(error)
      return false
    }
  }
}

/** A copy: `ws` hands out views into the connection's read buffer, 64 KiB that a kept message would keep. */
function toBytes(data: RawData): Uint8Array {
  return new Uint8Array(Array.isArray(data) ? Buffer.concat(data) : data)
}
