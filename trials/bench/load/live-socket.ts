/**
 * @module A socket of the live door for a load generator: on Bun's raw sockets, able to log in, and afterwards no more than
 * a counter of frames.
 */
import { Connection } from '#bench/load/connection.ts'
import { FrameSkimmer } from '#bench/load/frame-skimmer.ts'
import type { LiveIdentity } from '#clients/live-identity.ts'
import { encodeMessage, type Form, LiveMessage, type Outgoing } from '#clients/live-message.ts'
import { encodeClientFrame, Opcode } from '#clients/websocket-frames.ts'

export interface LiveSocketHandler {
  /** Every frame after the login, and those that came before its answer; see `FrameSkimmer`. */
  onFrame(bytes: Uint8Array | undefined, start: number, length: number): void
  /** Not called after `end`. */
  onClose(): void
}

/** The answer to a login is shorter than any message of a load. */
const maxAnswerBytes = 256
const successMark = Buffer.from('auth_success')
const pong = encodeClientFrame(Opcode.pong, new Uint8Array())

export class LiveSocket {
  readonly #handler: LiveSocketHandler
  readonly #challenge = Promise.withResolvers<Uint8Array>()
  #connection: Connection | undefined
  #success: PromiseWithResolvers<void> | undefined
  #state: 'challenged' | 'entering' | 'in' = 'challenged'
  #hasEnded = false

  private constructor(handler: LiveSocketHandler) {
    this.#handler = handler
    this.#challenge.promise.catch(() => {})
  }

  /** Resolves when the upgrade was accepted and the challenge is here. */
  static async open(port: number, handler: LiveSocketHandler): Promise<LiveSocket> {
    const socket = new LiveSocket(handler)
    const skimmer = new FrameSkimmer({
      onFrame: (bytes, start, length) => socket.#frame(bytes, start, length),
      onPing: () => socket.#connection?.write(pong),
      onClose: () => socket.#lost('the relay closed it'),
    })
    let head: Buffer | undefined = Buffer.alloc(0)
    const onData = (chunk: Uint8Array): void => {
      if (head === undefined) return skimmer.push(chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return
      if (!head.toString('latin1').startsWith('HTTP/1.1 101 ')) {
        return socket.#lost(`answer is ${head.toString('latin1', 0, 12)}`)
      }
      const early = head.subarray(end + 4)
      head = undefined
      skimmer.push(early)
    }
    const onEnd = (): void => socket.#lost('the connection ended')
    socket.#connection = await Connection.open(port, { onData, onEnd })
    // The key is a nonce against caches; a fixed one does for a load.
    socket.#connection.write(
      Buffer.from(
        'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
    )
    await socket.#challenge.promise
    return socket
  }

  /** Resolves when the relay has welcomed this identity. */
  async logIn(
    identity: LiveIdentity,
    form: Form,
    capabilities: readonly string[] = [],
  ): Promise<void> {
    const challenge = LiveMessage.decode(await this.#challenge.promise, 'array')
    this.#success = Promise.withResolvers<void>()
    this.#state = 'entering'
    this.send(
      {
        type: 'auth',
        pubkey: identity.publicKey,
        signature: identity.signLogin(challenge.bytes('nonce')),
        ...(capabilities.length === 0 ? {} : { caps: capabilities }),
      },
      form,
    )
    await this.#success.promise
  }

  send(message: Outgoing, form: Form): void {
    this.write(encodeClientFrame(Opcode.binary, encodeMessage(message, form)))
  }

  /** Frames as they stand. */
  write(frames: Uint8Array): void {
    this.#connection?.write(frames)
  }

  end(): void {
    this.#hasEnded = true
    this.#connection?.end()
  }

  #frame(bytes: Uint8Array | undefined, start: number, length: number): void {
    if (this.#state === 'in') return this.#handler.onFrame(bytes, start, length)
    if (this.#state === 'challenged') {
      // A copy: the bytes are valid during this call only.
      return this.#challenge.resolve(Uint8Array.from(bytes?.subarray(start, start + length) ?? []))
    }
    const isAnswer =
      length <= maxAnswerBytes &&
      bytes !== undefined &&
      Buffer.from(bytes.buffer, bytes.byteOffset + start, length).includes(successMark)
    if (!isAnswer) return this.#handler.onFrame(bytes, start, length)
    this.#state = 'in'
    this.#success?.resolve()
  }

  #lost(why: string): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    this.#connection?.end()
    const error = new Error(`Cannot use socket: ${why}`)
    this.#challenge.reject(error)
    this.#success?.reject(error)
    this.#handler.onClose()
  }
}
