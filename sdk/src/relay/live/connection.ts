/**
 * @module One connection to the live door, from its first frame to its end:
 *
 * | relay | client |
 * |---|---|
 * | `auth_challenge`: 32 random bytes | |
 * | | `auth`: Ed25519 over `Mobium-auth-v1` and those bytes, what this client can do |
 * | `auth_success`: what the relay can do | |
 * | answers, events | questions |
 */
import { type DownMessage, readDown, writeUp } from '@sotto/wire/live'
import { SottoError } from '#errors.ts'
import type { Clock } from '#ports/clock.ts'
import type { Network, Socket } from '#ports/network.ts'
import { errorOf } from '#relay/live/error-codes.ts'
import { Heartbeat, silenceMillis } from '#relay/live/heartbeat.ts'
import { Questions } from '#relay/live/questions.ts'

/** Who logs in, by signing what the relay asks. */
export interface LiveLogin {
  /** The Ed25519 public key, 32 bytes. */
  readonly identity: Uint8Array
  /** 1 to 127. */
  readonly device: number
  /** Ed25519 by the identity. */
  readonly sign: (message: Uint8Array) => Uint8Array
}

export interface ConnectionDeps {
  readonly network: Pick<Network, 'connect'>
  readonly clock: Clock
  /** Where: `wss://relay.example/ws`. */
  readonly url: string
  readonly login: LiveLogin
  readonly handlers: ConnectionHandlers
}

export interface ConnectionHandlers {
  loggedIn(): void
  /** What is no answer. Only between the login and the end. */
  event(message: DownMessage): void
  /** Once, and nothing after it; `problem` is why, if this side ended it or was not let in. */
  ended(problem: SottoError): void
}

/** What this client cannot do without, and therefore also what it announces. */
export const neededCapabilities = [
  'bin',
  'ack',
  'devices',
  'keys',
  'watch',
  'addresses',
  'records',
  'history',
] as const

const loginLabel = new TextEncoder().encode('Mobium-auth-v1')

/** A page of history has 4 MiB at most, and so has a message. */
const maxFrameBytes: number = 8 * 1024 * 1024

/** RFC 6455 §7.4.1. */
const closeCodes = { normal: 1000, ours: 4000 } as const

export class LiveConnection {
  readonly questions: Questions
  readonly #deps: ConnectionDeps
  readonly #socket: Socket
  #heartbeat: Heartbeat | undefined
  readonly #patience: { cancel(): void }
  #phase: 'opening' | 'challenged' | 'online' | 'ended' = 'opening'
  readonly #closed = Promise.withResolvers<void>()

  constructor(deps: ConnectionDeps) {
    this.#deps = deps
    this.questions = new Questions({ clock: deps.clock, send: (frame) => this.#socket.send(frame) })
    this.#patience = deps.clock.after(silenceMillis, () => this.#fail(silent()))
    this.#socket = deps.network.connect(deps.url, [], {
      opened: () => undefined,
      received: (frame) => this.#receive(frame),
      closed: () => this.#gone(),
    })
  }

  /** Whether the login is done and the end has not come. */
  get isOnline(): boolean {
    return this.#phase === 'online'
  }

  /** Resolves when the socket is closed. */
  get closed(): Promise<void> {
    return this.#closed.promise
  }

  /** Asks for a sign of life. */
  probe(): void {
    this.#heartbeat?.probe()
  }

  /** Without a word to the handlers. What was said before still goes out. */
  close(problem: SottoError): void {
    if (this.#phase === 'ended') return
    this.#end(problem)
    this.#socket.close(closeCodes.normal, '')
  }

  /** This side does not want it any more. */
  fail(problem: SottoError): void {
    this.#fail(problem)
  }

  #receive(frame: Uint8Array): void {
    if (this.#phase === 'ended') return
    this.#heartbeat?.heard()
    if (frame.length > maxFrameBytes) {
      this.#fail(new SottoError('bad-answer', `Cannot read a frame of ${frame.length} bytes`))
      return
    }
    const reading = readDown(frame)
    if (this.#phase !== 'online') {
      if (reading.kind === 'message') this.#logIn(reading.message)
      else this.#fail(new SottoError('bad-answer', 'What answers is no relay of ours'))
      return
    }
    // A newer relay may say what this client does not know.
    if (reading.kind !== 'message' || this.questions.take(reading.message)) return
    this.#deps.handlers.event(reading.message)
  }

  #logIn(message: DownMessage): void {
    const { clock, login, handlers } = this.#deps
    if (message.type === 'error') {
      const refusal = errorOf(message)
      this.#fail(refusal.code === 'relay-busy' ? refusal : notLetIn())
    } else if (message.type === 'auth_challenge' && this.#phase === 'opening') {
      this.#phase = 'challenged'
      const signature = login.sign(joined(loginLabel, message.nonce))
      const { identity, device } = login
      const caps = neededCapabilities
      this.#socket.send(writeUp({ type: 'auth', pubkey: identity, signature, device, caps }, 'bin'))
    } else if (message.type === 'auth_success' && this.#phase === 'challenged') {
      const missing = neededCapabilities.filter((name) => message.caps?.includes(name) !== true)
      if (missing.length > 0) {
        this.#fail(lacking(missing))
        return
      }
      this.#patience.cancel()
      this.#phase = 'online'
      this.#heartbeat = new Heartbeat(
        clock,
        () => this.questions.ping(),
        () => this.#fail(silent()),
      )
      handlers.loggedIn()
    }
  }

  #gone(): void {
    this.#closed.resolve()
    if (this.#phase === 'ended') return
    const problem = new SottoError('offline', 'The connection to the relay ended')
    this.#end(problem)
    this.#deps.handlers.ended(problem)
  }

  #fail(problem: SottoError): void {
    if (this.#phase === 'ended') return
    this.#end(problem)
    this.#socket.close(closeCodes.ours, '')
    this.#deps.handlers.ended(problem)
  }

  #end(problem: SottoError): void {
    this.#phase = 'ended'
    this.#patience.cancel()
    this.#heartbeat?.[Symbol.dispose]()
    this.#heartbeat = undefined
    this.questions.end(problem)
  }
}

function joined(label: Uint8Array, rest: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(label.length + rest.length)
  bytes.set(label)
  bytes.set(rest, label.length)
  return bytes
}

function silent(): SottoError {
  return new SottoError('offline', 'The relay gives no sign of life')
}

/** Before the login the relay does not say why. */
function notLetIn(): SottoError {
  return new SottoError('relay-refused', 'The relay did not accept the login')
}

function lacking(missing: readonly string[]): SottoError {
  const names = missing.join(', ')
  return new SottoError('relay-refused', `This relay lacks what this client requires: ${names}`)
}
