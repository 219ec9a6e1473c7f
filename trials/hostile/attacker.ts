/**
 * @module Somebody who sends what no client would: on a socket that is logged in or on one that is not, and on a new one
 * when the relay has closed it.
 */
import { randomBytes } from 'node:crypto'
import { LiveIdentity } from '#clients/live-identity.ts'
import { encodeMessage, type Form, LiveMessage, type Outgoing } from '#clients/live-message.ts'
import { WebSocketClient } from '#clients/websocket.ts'
import type { Chance } from '#crash/random.ts'
import { type Scene, validMessage } from '#hostile/letters.ts'
import { hostileFrame } from '#hostile/mutate.ts'
import { isWholeValue } from '#hostile/whole-value.ts'

export interface AttackerOptions {
  readonly relay: URL
  readonly identity: LiveIdentity
  readonly form: Form
  readonly capabilities: readonly string[]
  readonly logsIn: boolean
  readonly scene: () => Scene
  readonly chance: Chance
}

export interface Toll {
  sent: number
  answers: number
  /** Of these, errors. */
  refusals: number
  closed: number
  readonly faults: string[]
}

/** So many go out before the relay is waited for: more would only fill its queue for this socket. */
const batch = 100
const patienceMillis = 30_000
const textEvery = 200
const pongMark = Buffer.from('pong')
const errorMark = Buffer.from('error')

export class Attacker {
  readonly #options: AttackerOptions
  readonly #toll: Toll
  #socket: WebSocketClient | undefined
  #challenge = Promise.withResolvers<Uint8Array>()
  #change = Promise.withResolvers<void>()
  #pongs = 0
  #isFirst = true

  constructor(options: AttackerOptions, toll: Toll) {
    this.#options = options
    this.#toll = toll
  }

  async run(frames: number, signal: AbortSignal): Promise<void> {
    for (let sent = 0; sent < frames;) {
      signal.throwIfAborted()
      const socket = this.#socket ?? (await this.#enter())
      const count = Math.min(batch, frames - sent)
      for (let i = 0; i < count; i++) this.#attack(socket)
      sent += count
      this.#toll.sent += count
      await this.#untilHandled(socket)
    }
    this.#socket?.terminate()
  }

  #attack(socket: WebSocketClient): void {
    const { chance, form, scene } = this.#options
    if (chance.integer(1, textEvery) === 1) return socket.sendText('{"type":"ping"}')
    const other = (): Form => (form === 'bin' ? 'array' : 'bin')
    const spoken = chance.percent(80) ? form : other()
    const message = validMessage(scene(), chance)
    socket.sendBinary(hostileFrame(message, validMessage(scene(), chance), spoken, chance))
  }

  async #enter(): Promise<WebSocketClient> {
    const { relay, identity, form, capabilities, logsIn, scene } = this.#options
    this.#challenge = Promise.withResolvers<Uint8Array>()
    this.#isFirst = true
    const socket = await WebSocketClient.open(
      new URL('/ws', relay),
      {
        onBinary: (frame) => this.#hear(frame),
        onClose: () => {
          if (this.#socket === socket) this.#socket = undefined
          this.#toll.closed++
          this.#changed()
        },
      },
      AbortSignal.timeout(patienceMillis),
    )
    this.#socket = socket
    if (!logsIn) return socket
    const nonce = LiveMessage.decode(await this.#challenge.promise, 'array').bytes('nonce')
    const say = (message: Outgoing): void => socket.sendBinary(encodeMessage(message, form))
    const signature = identity.signLogin(nonce)
    say({ type: 'auth', pubkey: identity.publicKey, signature, caps: capabilities })
    for (const channel of scene().channels) {
      say({ type: 'join_channel', channel_id: channel })
      say({ type: 'join_voice', channel_id: channel })
    }
    return socket
  }

  #hear(frame: Uint8Array): void {
    const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.length)
    if (this.#isFirst) {
      this.#isFirst = false
      this.#challenge.resolve(Uint8Array.from(frame))
    }
    this.#toll.answers++
    if (!isWholeValue(frame)) this.#toll.faults.push('The relay sent what is not one whole value')
    if (frame.length < 400 && bytes.includes(errorMark)) this.#toll.refusals++
    if (frame.length > 20 || !bytes.includes(pongMark)) return
    this.#pongs++
    this.#changed()
  }

  /** A ping behind everything: its answer says that the rest was handled, or nearly, when others were pings too. */
  async #untilHandled(socket: WebSocketClient): Promise<void> {
    const wanted = this.#pongs + 1
    socket.sendBinary(encodeMessage({ type: 'ping', salt: randomBytes(1) }, this.#options.form))
    const deadline = performance.now() + patienceMillis
    while (this.#pongs < wanted && this.#socket === socket) {
      if (performance.now() > deadline) {
        this.#toll.faults.push('A socket of an attacker was not answered any more')
        return socket.terminate()
      }
      const late = setTimeout(() => this.#changed(), patienceMillis)
      await this.#change.promise
      clearTimeout(late)
    }
  }

  #changed(): void {
    this.#change.resolve()
    this.#change = Promise.withResolvers<void>()
  }
}
