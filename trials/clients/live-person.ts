/**
 * @module Somebody with a client of ours who goes on through anything: connects again when the connection ends, says again
 * under the same id what the relay has not confirmed, acknowledges what came, and drops what came before.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { LiveClient } from '#clients/live.ts'
import type { LiveIdentity } from '#clients/live-identity.ts'
import type { Form, LiveMessage } from '#clients/live-message.ts'

export interface Heard {
  readonly from: string
  readonly text: string
}

export interface LivePersonOptions {
  readonly relay: URL
  readonly identity: LiveIdentity
  readonly form: Form
}

interface Saying {
  readonly recipient: Uint8Array
  readonly clientId: Uint8Array
  readonly text: string
  readonly done: (status: string) => void
}

const retryMillis = 50
/** How long an acknowledgement waits for company. What it names comes again if the relay ends meanwhile. */
const acknowledgeMillis = 200
/** One in so many is said a second time under the same id: it must change nothing. */
const repeatEvery = 4
/** Two chat messages of one identity lie at least so far apart under the relay's default limits. */
const restMillis = 310

export class LivePerson implements AsyncDisposable {
  readonly #options: LivePersonOptions
  /** What the application has, in the order in which it got it. */
  readonly #heard: Heard[] = []
  readonly #known = new Set<string>()
  readonly #unacknowledged: Uint8Array[] = []
  readonly #sayings: Saying[] = []
  readonly #living: Promise<void>
  #client: LiveClient | undefined
  #acknowledging: NodeJS.Timeout | undefined
  #isDone = false
  #said = 0
  #isResting = false
  #logins = 0
  #fault: Error | undefined

  constructor(options: LivePersonOptions) {
    this.#options = options
    this.#living = this.#live()
  }

  get heard(): readonly Heard[] {
    return this.#heard
  }

  get logins(): number {
    return this.#logins
  }

  /** Something that must never be. */
  get fault(): Error | undefined {
    return this.#fault
  }

  /** Resolves to what became of it, once the relay has accepted it. Sayings go out one after the other. */
  async say(recipient: LiveIdentity, text: string): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>()
    const clientId = randomBytes(16)
    this.#sayings.push({ recipient: recipient.publicKey, clientId, text, done: resolve })
    if (this.#sayings.length === 1) this.#sayNext()
    return await promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDone = true
    clearTimeout(this.#acknowledging)
    this.#acknowledge()
    await this.#client?.leave()
    await this.#living
  }

  async #live(): Promise<void> {
    while (!this.#isDone) {
      try {
        await this.#visit()
      } catch (error) {
        // The relay is away, or answered in a way that nobody understands.
        if (error instanceof TypeError) this.#fault ??= error
      }
      this.#client = undefined
      if (!this.#isDone) await sleep(retryMillis)
    }
  }

  async #visit(): Promise<void> {
    const { relay, identity, form } = this.#options
    const client = await LiveClient.open(relay)
    client.on('message', (message) => this.#hear(message))
    client.on('ack', (message) => this.#accepted(message))
    client.on('error', (message) => void this.#refused(message))
    await client.logIn(identity, { form, capabilities: [form, 'ack'] })
    this.#logins++
    this.#client = client
    this.#sayNext()
    // A dispose before this point saw no client to close.
    if (this.#isDone) await client.leave()
    await client.closed()
  }

  #sayNext(): void {
    const [first] = this.#sayings
    if (first === undefined) return
    const { recipient, clientId, text } = first
    const payload = new TextEncoder().encode(text)
    const message = { type: 'message', recipient, payload, client_id: clientId }
    this.#client?.send(message)
    // As one does who has missed the answer.
    if (++this.#said % repeatEvery === 0) this.#client?.send(message)
  }

  #accepted(message: LiveMessage): void {
    const [first] = this.#sayings
    // Of what was said twice, to a relay that came back, the second answer may follow the first.
    if (first === undefined || !sameBytes(message.bytes('client_id'), first.clientId)) return
    this.#sayings.shift()
    first.done(message.text('status'))
    this.#sayNext()
  }

  async #refused(message: LiveMessage): Promise<void> {
    if (message.text('code_str') !== 'rate-limited') {
      this.#fault ??= new Error(`Cannot go on: the relay refused with ${message.text('code_str')}`)
    }
    if (this.#isResting) return
    this.#isResting = true
    await sleep(restMillis)
    this.#isResting = false
    this.#sayNext()
  }

  #hear(message: LiveMessage): void {
    const id = message.bytes('id')
    const name = message.hex('id')
    this.#unacknowledged.push(id)
    this.#acknowledging ??= setTimeout(() => this.#acknowledge(), acknowledgeMillis)
    if (this.#known.has(name)) return
    this.#known.add(name)
    const text = new TextDecoder().decode(message.bytes('payload'))
    this.#heard.push({ from: message.hex('sender'), text })
  }

  #acknowledge(): void {
    this.#acknowledging = undefined
    if (this.#unacknowledged.length === 0 || this.#client === undefined) return
    // What is lost with a connection comes again, and is acknowledged then.
    this.#client.send({ type: 'ack', ids: this.#unacknowledged.splice(0, 500) })
    if (this.#unacknowledged.length > 0) this.#acknowledge()
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
