/**
 * @module One WebSocket on Bun: `ws.data` and the doors' `Socket` in a single object, without closures, because there
 * may be a hundred thousand of them.
 */
import { closeFrame, flushSeconds, maxUnreadPongs } from '#door/connection.ts'
import type { Socket, SocketHandler } from '#door/listener.ts'

/** What all sockets of one listener share, so that none of them carries it. */
export interface BunSocketContext {
  readonly queueLimit: number
  readonly onError: ((error: unknown) => void) | undefined
  /** Sockets whose handlers are not done. */
  open: number
}

const encoder = new TextEncoder()

export class BunSocket implements Socket {
  readonly #handler: SocketHandler
  readonly #context: BunSocketContext
  #ws: Bun.ServerWebSocket<BunSocket> | undefined
  /** The close frame that follows what is queued. */
  #farewell: Farewell | undefined
  #isFull = false
  #isOver = false
  #unreadPongs = 0

  constructor(handler: SocketHandler, context: BunSocketContext) {
    this.#handler = handler
    this.#context = context
  }

  send(frame: Uint8Array): 'sent' | 'full' | 'closed' {
    const ws = this.#ws
    if (ws === undefined || this.#isOver) return 'closed'
    const sent = ws.sendBinary(frame)
    if (sent > 0) return 'sent'
    if (sent < 0) {
      this.#isFull = true
      return 'full'
    }
    // 0 is a frame without bytes that went, or any frame that was dropped.
    if (frame.length === 0 && ws.getBufferedAmount() <= this.#context.queueLimit) return 'sent'
    this.terminate()
    return 'closed'
  }

  sendMany(frames: readonly Uint8Array[]): 'sent' | 'full' | 'closed' {
    const ws = this.#ws
    if (ws === undefined || this.#isOver) return 'closed'
    let outcome: 'sent' | 'full' | 'closed' = 'sent'
    ws.cork(() => {
      for (const frame of frames) {
        const each = this.send(frame)
        if (each !== 'sent') outcome = each
        if (each === 'closed') return
      }
    })
    return outcome
  }

  ping(): void {
    if (!this.#isOver) this.#ws?.ping()
  }

  close(code: number, reason: string): void {
    const frame = closeFrame(code, reason)
    const ws = this.#ws
    if (ws === undefined || this.#isOver) return
    this.#over(code)
    if (ws.getBufferedAmount() === 0) return sayGoodbye(ws, frame)
    // Bun would forget the socket now and the queue after four seconds, or as soon as the server is told to end.
    const timer = setTimeout(() => ws.terminate(), flushSeconds * 1000)
    this.#farewell = { frame, timer }
  }

  terminate(): void {
    if (this.#ws !== undefined && !this.#isOver) this.#over(1006)
    this.#ws?.terminate()
  }

  opened(ws: Bun.ServerWebSocket<BunSocket>): void {
    this.#ws = ws
    this.#context.open++
    try {
      this.#handler.onOpen(this)
    } catch (error) {
      this.#failed(error)
    }
  }

  received(message: string | Uint8Array): void {
    if (this.#isOver) return
    try {
      if (typeof message === 'string') this.#handler.onMessage(encoder.encode(message), true)
      else this.#handler.onMessage(message, false)
    } catch (error) {
      this.#failed(error)
    }
  }

  /** Bun reports every step of a drain; only the last one counts. */
  drained(ws: Bun.ServerWebSocket<BunSocket>): void {
    if (ws.getBufferedAmount() > 0) return
    this.#unreadPongs = 0
    if (this.#farewell !== undefined) return sayGoodbye(ws, this.#farewell.frame)
    if (!this.#isFull || this.#isOver) return
    this.#isFull = false
    try {
      this.#handler.onDrain()
    } catch (error) {
      this.#failed(error)
    }
  }

  /** Bun has answered already. It would keep pongs for a peer who never reads up to the whole queue limit. */
  pinged(ws: Bun.ServerWebSocket<BunSocket>): void {
    if (ws.getBufferedAmount() > 0 && ++this.#unreadPongs > maxUnreadPongs) ws.terminate()
  }

  ponged(): void {
    if (this.#isOver) return
    try {
      this.#handler.onPong()
    } catch (error) {
      this.#failed(error)
    }
  }

  /** Bun is done with the connection; it says so from inside its own `close` and `terminate`. */
  ended(code: number): void {
    this.#ws = undefined
    clearTimeout(this.#farewell?.timer)
    if (this.#isOver) return
    this.#isOver = true
    this.#context.open--
    this.#tell(code)
  }

  /** We end it: the handler hears so at once, but not from inside its own call. */
  #over(code: number): void {
    this.#isOver = true
    this.#context.open--
    queueMicrotask(() => this.#tell(code))
  }

  #tell(code: number): void {
    try {
      this.#handler.onClose(code)
    } catch (error) {
      this.#context.onError?.(error)
    }
  }

  #failed(error: unknown): void {
    this.#context.onError?.(error)
    this.close(1011, 'Internal server error')
  }
}

interface Farewell {
  readonly frame: ReturnType<typeof closeFrame>
  readonly timer: NodeJS.Timeout
}

function sayGoodbye(ws: Bun.ServerWebSocket<BunSocket>, frame: Farewell['frame']): void {
  if (frame === undefined) ws.close(1005)
  else ws.close(frame.code, frame.reason)
}
