/**
 * @module Somebody who sends requests that no client would, one after the other on one connection, and reads all answers.
 * On a new one when the relay has closed it.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import type { Reply } from '#bench/load/replies.ts'
import type { BodyMaker } from '#hostile/bodies-requests.ts'

export interface BodiesToll {
  sent: number
  readonly answersByStatus: Map<number, number>
  closed: number
  readonly faults: string[]
}

const patienceMillis = 30_000
/** What every answer in the words of `/v2` begins with. */
const directStart = Buffer.from('{"status":"')

export class BodiesAttacker implements Disposable {
  readonly #port: number
  readonly #maker: BodyMaker
  readonly #toll: BodiesToll
  #socket: Socket | undefined
  /** Whether the one that waits is to be answered in clear. */
  #isDirect = false
  #done = Promise.withResolvers<void>()

  constructor(port: number, maker: BodyMaker, toll: BodiesToll) {
    this.#port = port
    this.#maker = maker
    this.#toll = toll
  }

  async run(count: number, signal: AbortSignal): Promise<void> {
    for (let sent = 0; sent < count; sent++) {
      signal.throwIfAborted()
      const socket = this.#socket ?? (await this.#enter())
      const { bytes, isDirect } = this.#maker.next()
      this.#isDirect = isDirect
      this.#done = Promise.withResolvers()
      socket.write(bytes)
      this.#toll.sent++
      const late = setTimeout(() => {
        this.#toll.faults.push('A request was not answered')
        socket.destroy()
      }, patienceMillis)
      await this.#done.promise
      clearTimeout(late)
    }
  }

  async #enter(): Promise<Socket> {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true })
    await once(socket, 'connect')
    const reader = new HttpReplyReader()
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      // Without an encoding it never is.
      if (typeof chunk === 'string') return
      try {
        reader.push(chunk, (reply) => this.#hear(reply))
      } catch (error) {
        this.#toll.faults.push(error instanceof Error ? error.message : String(error))
        socket.destroy()
      }
    })
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = undefined
      this.#toll.closed++
      this.#done.resolve()
    })
    this.#socket = socket
    return socket
  }

  #hear({ status, body }: Reply): void {
    const { answersByStatus, faults } = this.#toll
    answersByStatus.set(status, (answersByStatus.get(status) ?? 0) + 1)
    if (status >= 500) faults.push(`There was an answer of status ${status}`)
    if (this.#isDirect && !directStart.equals(body.subarray(0, directStart.length))) {
      faults.push(`An answer of status ${status} is not in the words of this door`)
    }
    this.#done.resolve()
  }

  [Symbol.dispose](): void {
    this.#socket?.removeAllListeners('close').destroy()
  }
}
