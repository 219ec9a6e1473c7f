/**
 * @module The keys of one terminal, for whoever is listening. What was typed before anybody listened waits: a person who
 * types ahead, or a script, loses nothing.
 */
import type { ReadStream } from 'node:tty'
import { createDecoder, decode, flush } from '#input/decode.ts'
import type { Key } from '#input/key.ts'

/** A lone escape is the key when nothing follows it for so long. Over a slow line sequences arrive in pieces. */
const escapeMillis = 40

export class KeySource {
  readonly #stream: ReadStream
  readonly #waiting: Key[] = []
  #decoder = createDecoder()
  #listener: ((keys: readonly Key[]) => void) | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(stream: ReadStream) {
    this.#stream = stream
  }

  /** One listener at a time. Disposing gives the terminal its own ways back. */
  listen(listener: (keys: readonly Key[]) => void): Disposable {
    if (this.#listener !== undefined) throw new TypeError('Cannot listen: somebody does')
    this.#listener = listener
    this.#stream.setRawMode(true)
    this.#stream.on('data', this.#received)
    this.#stream.resume()
    queueMicrotask(() => this.#hand([]))
    return { [Symbol.dispose]: () => this.stop() }
  }

  /** Keys that a listener did not want any more. */
  giveBack(keys: readonly Key[]): void {
    this.#waiting.unshift(...keys)
  }

  stop(): void {
    if (this.#listener === undefined) return
    this.#listener = undefined
    clearTimeout(this.#timer)
    this.#stream.off('data', this.#received)
    this.#stream.setRawMode(false)
    this.#stream.pause()
  }

  readonly #received = (bytes: Uint8Array): void => {
    clearTimeout(this.#timer)
    const { decoder, keys } = decode(this.#decoder, bytes)
    this.#decoder = decoder
    if (decoder.pending !== '' && decoder.pasted === undefined) {
      this.#timer = setTimeout(() => {
        const flushed = flush(this.#decoder)
        this.#decoder = flushed.decoder
        this.#hand(flushed.keys)
      }, escapeMillis)
    }
    this.#hand(keys)
  }

  #hand(keys: readonly Key[]): void {
    const all = [...this.#waiting.splice(0), ...keys]
    if (all.length === 0) return
    if (this.#listener === undefined) this.#waiting.push(...all)
    else this.#listener(all)
  }
}
