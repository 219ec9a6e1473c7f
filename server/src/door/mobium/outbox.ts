/**
 * @module What waits to reach one client. Everything of a turn goes out in one call, messages before frames of voice and
 * screen. While the socket is full, messages wait here up to a bound, and a client that passes it is closed: what it
 * missed waits in its mailbox and in the channels' histories. Of frames the newest wait, and older ones are dropped.
 */
import type { Socket } from '#door/listener.ts'

export interface OutboxEvents {
  /** The socket takes no more for now; once, until `drained`. */
  paused(): void
  /** Everything was handed to the kernel, or to a socket that has room. */
  flushed(): void
  /** Too much waits: the owner closes the socket. */
  overflowed(): void
}

/** So much goes to the socket in one call. */
const batchBytes = 64 * 1024

/** What may wait for a client that does not read: one large message of each neighbour, or many small ones. */
const maxWaitingBytes = 8 * 1024 * 1024
const maxWaitingMessages = 4096

/** Frames that may wait: less than a second of a voice, or a little of a screen. */
const maxWaitingFrames = 48
const maxWaitingFrameBytes = 2 * 1024 * 1024

const none: Uint8Array[] = []
const noWaiters: (() => void)[] = []

export class Outbox {
  readonly #socket: Socket
  readonly #events: OutboxEvents
  #messages: Uint8Array[] = none
  #messageBytes = 0
  #frames: Uint8Array[] = none
  #frameBytes = 0
  #isFull = false
  #hasEnded = false
  /** What is under way for this turn's end: nothing, the turn of messages, the turn of frames. */
  #planned = false
  #plannedFrames = false
  #waiters: (() => void)[] = noWaiters

  constructor(socket: Socket, events: OutboxEvents) {
    this.#socket = socket
    this.#events = events
  }

  get isFull(): boolean {
    return this.#isFull
  }

  /** For messages: they go out in order, all of them or the connection ends. */
  push(message: Uint8Array): void {
    if (this.#hasEnded) return
    if (this.#messages === none) this.#messages = []
    this.#messages.push(message)
    this.#messageBytes += message.length
    if (this.#isFull) this.#checkBound()
    else if (this.#messageBytes >= batchBytes) this.flush()
    else this.#plan()
  }

  /** For frames: dropped when they cannot go soon. Resolves nothing, promises nothing. */
  pushFrame(frame: Uint8Array): void {
    if (this.#hasEnded || frame.length > maxWaitingFrameBytes) return
    if (this.#frames === none) this.#frames = []
    this.#frames.push(frame)
    this.#frameBytes += frame.length
    // A socket that has room takes a whole burst: only what a full one leaves behind is dropped.
    if (!this.#isFull && this.#hasTooManyFrames()) this.flush()
    while (this.#hasTooManyFrames()) this.#frameBytes -= this.#frames.shift()?.length ?? 0
    if (this.#isFull || this.#plannedFrames) return
    this.#plannedFrames = true
    // At the end of the loop's turn, and not of this callback: frames of forty senders then go out together.
    setImmediate(() => {
      this.#plannedFrames = false
      this.flush()
    })
  }

  /** The socket has room again. */
  drained(): void {
    this.#isFull = false
    this.flush()
    if (!this.#isFull) this.#wakeWaiters()
  }

  /** Resolves when the socket has room, or is gone. */
  async hasRoom(): Promise<void> {
    this.flush()
    if (!this.#isFull || this.#hasEnded) return
    await new Promise<void>((resolve) => {
      if (this.#waiters === noWaiters) this.#waiters = []
      this.#waiters.push(resolve)
    })
  }

  flush(): void {
    while (!this.#isFull && !this.#hasEnded && this.#messages.length > 0) {
      const batch = this.#takeBatch()
      this.#handOver(batch)
    }
    if (this.#isFull || this.#hasEnded) return
    if (this.#frames.length > 0) {
      const frames = this.#frames
      this.#frames = none
      this.#frameBytes = 0
      this.#handOver(frames)
    }
    if (!this.#isFull && !this.#hasEnded) this.#events.flushed()
  }

  /** Nothing goes out any more. */
  end(): void {
    this.#hasEnded = true
    this.#messages = none
    this.#frames = none
    this.#messageBytes = 0
    this.#frameBytes = 0
    this.#wakeWaiters()
  }

  #wakeWaiters(): void {
    const waiters = this.#waiters
    this.#waiters = noWaiters
    for (const wake of waiters) wake()
  }

  #plan(): void {
    if (this.#planned) return
    this.#planned = true
    queueMicrotask(() => {
      this.#planned = false
      this.flush()
    })
  }

  #takeBatch(): Uint8Array[] {
    if (this.#messageBytes <= batchBytes) {
      const all = this.#messages
      this.#messages = none
      this.#messageBytes = 0
      return all
    }
    let bytes = 0
    let count = 0
    for (const message of this.#messages) {
      if (count > 0 && bytes + message.length > batchBytes) break
      bytes += message.length
      count++
    }
    this.#messageBytes -= bytes
    return this.#messages.splice(0, count)
  }

  #handOver(batch: Uint8Array[]): void {
    const [first] = batch
    if (first === undefined) return
    const result = batch.length === 1 ? this.#socket.send(first) : this.#socket.sendMany(batch)
    if (result === 'closed') this.end()
    else if (result === 'full') {
      this.#isFull = true
      this.#events.paused()
    }
  }

  #hasTooManyFrames(): boolean {
    return this.#frames.length > maxWaitingFrames || this.#frameBytes > maxWaitingFrameBytes
  }

  #checkBound(): void {
    if (this.#messages.length <= maxWaitingMessages && this.#messageBytes <= maxWaitingBytes) return
    this.end()
    this.#events.overflowed()
  }
}
