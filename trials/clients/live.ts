/**
 * @module A client of the live door that shares no line with the relay: one socket, what comes in by type, and a login.
 */
import { encodeMessage, type Form, LiveMessage, type Outgoing } from '#clients/live-message.ts'
import type { LiveIdentity } from '#clients/live-identity.ts'
import { WebSocketClient } from '#clients/websocket.ts'

export interface LoginChoices {
  /** How this client writes bytes, and wants to read them. */
  readonly form: Form
  readonly capabilities?: readonly string[]
  readonly exchangeKey?: Uint8Array
}

export interface Closed {
  readonly code: number
  readonly reason: string
}

const patienceMillis = 20_000

interface Waiting {
  readonly fits: (message: LiveMessage) => boolean
  readonly take: (message: LiveMessage) => void
  readonly fail: (error: Error) => void
}

export class LiveClient {
  /** What came and nobody has taken. */
  readonly #messages: LiveMessage[] = []
  readonly #listeners = new Map<string, (message: LiveMessage) => void>()
  readonly #waiting = new Set<Waiting>()
  readonly #closed = Promise.withResolvers<Closed>()
  #socket: WebSocketClient | undefined
  /** What the relay writes to a client of whom it knows nothing. */
  #form: Form = 'array'
  #nonce = new Uint8Array()
  #fault: unknown
  #isOpen = true

  private constructor() {}

  /** Resolves when the challenge is here. */
  static async open(relay: URL, signal = AbortSignal.timeout(patienceMillis)): Promise<LiveClient> {
    const client = new LiveClient()
    client.#socket = await WebSocketClient.open(
      new URL('/ws', relay),
      {
        onBinary: (frame) => client.#receive(frame),
        onClose: (code, reason) => {
          client.#isOpen = false
          client.#closed.resolve({ code, reason })
          for (const waiting of client.#waiting) waiting.fail(client.#ended())
        },
      },
      signal,
    )
    const challenge = await client.next('auth_challenge')
    client.#nonce = Uint8Array.from(challenge.bytes('nonce'))
    return client
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  /** Resolves to what waited, which comes before the answer for clients that do not acknowledge, and to the answer. */
  async logIn(
    identity: LiveIdentity,
    { form, capabilities, exchangeKey }: LoginChoices,
  ): Promise<{ readonly waited: readonly LiveMessage[]; readonly success: LiveMessage }> {
    this.#form = form
    this.send({
      type: 'auth',
      pubkey: identity.publicKey,
      signature: identity.signLogin(this.#nonce),
      ...(capabilities === undefined ? {} : { caps: capabilities }),
      ...(exchangeKey === undefined ? {} : { x25519_pub: exchangeKey }),
    })
    const success = await this.next('auth_success')
    const waited = this.#messages.filter((message) => message.has('offline'))
    for (const message of waited) this.#messages.splice(this.#messages.indexOf(message), 1)
    return { waited, success }
  }

  send(message: Outgoing): void {
    this.#socket?.sendBinary(encodeMessage(message, this.#form))
  }

  /** Messages of this type go here from now on, and wait for nobody. */
  on(type: string, listener: (message: LiveMessage) => void): void {
    this.#listeners.set(type, listener)
  }

  /** Takes the first message of this type that came or comes; others stay. */
  async next(type: string, isIt: (message: LiveMessage) => boolean = always): Promise<LiveMessage> {
    const fits = (message: LiveMessage): boolean => message.type === type && isIt(message)
    const found = this.#messages.findIndex(fits)
    const [message] = found < 0 ? [] : this.#messages.splice(found, 1)
    if (message !== undefined) return message
    if (!this.#isOpen) throw this.#ended()
    const { promise, resolve, reject } = Promise.withResolvers<LiveMessage>()
    const waiting: Waiting = { fits, take: resolve, fail: reject }
    this.#waiting.add(waiting)
    const late = setTimeout(
      () => reject(new Error(`Waited in vain for ${type}; there are ${this.#types()}`)),
      patienceMillis,
    )
    try {
      return await promise
    } finally {
      clearTimeout(late)
      this.#waiting.delete(waiting)
    }
  }

  /** Sends, and takes the next message of the type that answers it. */
  async ask(message: Outgoing, answer: string): Promise<LiveMessage> {
    this.send(message)
    return await this.next(answer)
  }

  /** Resolves when the relay has handled everything that was sent before. */
  async settled(): Promise<void> {
    await this.ask({ type: 'ping' }, 'pong')
  }

  async closed(): Promise<Closed> {
    return await this.#closed.promise
  }

  /** Closes, and resolves when the relay has closed too. */
  async leave(): Promise<void> {
    this.#socket?.close()
    await this.#closed.promise
  }

  /** Ends as a crash would. */
  terminate(): void {
    this.#socket?.terminate()
  }

  /** Stops and starts reading. */
  pause(): void {
    this.#socket?.pause()
  }

  resume(): void {
    this.#socket?.resume()
  }

  #receive(frame: Uint8Array): void {
    try {
      // A copy: it lives longer than the call.
      const message = LiveMessage.decode(Uint8Array.from(frame), this.#form)
      const listener = this.#listeners.get(message.type)
      if (listener !== undefined) return listener(message)
      for (const waiting of this.#waiting) {
        if (!waiting.fits(message)) continue
        this.#waiting.delete(waiting)
        return waiting.take(message)
      }
      this.#messages.push(message)
    } catch (error) {
      // What this client cannot read is the relay's fault, and ends the conversation.
      this.#fault ??= error
      this.#socket?.terminate()
    }
  }

  #ended(): Error {
    const why = this.#fault instanceof Error ? this.#fault.message : `it said ${this.#types()}`
    return new Error(`The connection ended: ${why}`)
  }

  #types(): string {
    return JSON.stringify(this.#messages.slice(-10).map((message) => message.type))
  }
}

function always(): boolean {
  return true
}
