/**
 * @module The body of a request on Node: read once, as bytes or as a stream, never more than `maxBytes`, and thrown away
 * in bounds when nobody wants it, so that the answer reaches a client who is still sending.
 */
import type { IncomingMessage } from 'node:http'
import { clientLeft } from '#door/connection.ts'

/**
 * What may still arrive after the answer before the connection is cut. A client that is reset while it sends never reads
 * the answer, so this is generous; it costs bandwidth, not memory.
 */
const maxDiscardedBytes = 16 * 1024 * 1024
const readAheadBytes = 64 * 1024

interface Sink {
  chunk(bytes: Uint8Array): void
  end(): void
  fail(error: Error): void
}

export class NodeBody {
  readonly #incoming: IncomingMessage
  readonly #onTooLarge: () => void
  #left: number
  #isTaken = false

  /** `onTooLarge` answers the request; what was reading the body is told that the request is over. */
  constructor(incoming: IncomingMessage, maxBytes: number, onTooLarge: () => void) {
    this.#incoming = incoming
    this.#left = maxBytes
    this.#onTooLarge = onTooLarge
  }

  get isTaken(): boolean {
    return this.#isTaken
  }

  bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = []
      let length = 0
      this.#read({
        chunk(bytes) {
          chunks.push(bytes)
          length += bytes.length
        },
        end() {
          const whole = new Uint8Array(length)
          let at = 0
          for (const chunk of chunks) {
            whole.set(chunk, at)
            at += chunk.length
          }
          resolve(whole)
        },
        fail: reject,
      })
    })
  }

  stream(): ReadableStream<Uint8Array> {
    const incoming = this.#incoming
    let stop = () => {}
    return new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          stop = this.#read({
            chunk(bytes) {
              controller.enqueue(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))
              if ((controller.desiredSize ?? 0) <= 0) incoming.pause()
            },
            end: () => controller.close(),
            fail: (error) => controller.error(error),
          })
          incoming.pause()
        },
        pull() {
          incoming.resume()
        },
        cancel() {
          stop()
          incoming.pause()
        },
      },
      { highWaterMark: readAheadBytes, size: (bytes) => bytes?.length ?? 0 },
    )
  }

  /** Lets the rest of the body pass, but not without end. */
  discard(): void {
    const incoming = this.#incoming
    this.#isTaken = true
    let left = maxDiscardedBytes
    if (!incoming.complete) {
      incoming.on('data', (chunk: Uint8Array) => {
        left -= chunk.length
        if (left < 0) incoming.destroy()
      })
    }
    incoming.resume()
  }

  /** Returns what ends the reading early. */
  #read(sink: Sink): () => void {
    const incoming = this.#incoming
    this.#isTaken = true

    const stop = () => {
      incoming.off('data', onData)
      incoming.off('end', onEnd)
      incoming.off('error', onGone)
      incoming.off('close', onGone)
    }
    const onData = (chunk: Uint8Array) => {
      this.#left -= chunk.length
      if (this.#left >= 0) return sink.chunk(chunk)
      stop()
      sink.fail(clientLeft())
      this.#onTooLarge()
    }
    const onEnd = () => {
      stop()
      sink.end()
    }
    const onGone = () => {
      stop()
      sink.fail(clientLeft())
    }

    if (incoming.readableEnded) queueMicrotask(onEnd)
    else if (incoming.destroyed) queueMicrotask(onGone)
    else {
      incoming.on('end', onEnd)
      incoming.on('error', onGone)
      incoming.on('close', onGone)
      incoming.on('data', onData)
    }
    return stop
  }
}
