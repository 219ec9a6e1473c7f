/**
 * @module One connection of the live door, from its challenge to its end (mobium reference §1.2). Messages are handled one
 * after the other, in the order in which they came; what cannot be done is answered with `error`, and no error closes the
 * connection. Abuse does.
 */
import type { VerifyEd25519 } from '@sotto/primitives'
import type { IdentityKey } from '@sotto/wire'
import {
  readMediaFrame,
  readUp,
  writeDown,
  type BytesForm,
  type WrittenForm,
  type DownMessage,
  type MediaFrame,
  type UpMessage,
} from '@sotto/wire/live'
import type { Randomness } from '#relay/clock.ts'
import { StoreError, type IdentityStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import type { Label } from '#watch/label-values.ts'
import type { Socket, SocketHandler } from '#door/listener.ts'
import { mailboxOf, onlyDevice, parseIdentity } from '#door/mobium/address.ts'
import { capabilitySet } from '#door/mobium/capability-set.ts'
import { isBound, loginMessage, nonceBytes } from '#door/mobium/challenge.ts'
import {
  Refusal,
  refusals,
  type ClientWatcher,
  type Handle,
  type Handlers,
} from '#door/mobium/client.ts'
import type { DeliveryDeps, DeliveryOwner } from '#door/mobium/delivery.ts'
import { LiveClient } from '#door/mobium/live-client.ts'
import { Outbox, type OutboxEvents } from '#door/mobium/outbox.ts'
import type { Roster } from '#door/mobium/roster.ts'
import { closedReason, endings, type LiveEnding } from '#door/mobium/session-endings.ts'

export interface SessionDeps extends DeliveryDeps {
  readonly identities: IdentityStore
  readonly handlers: Handlers<LiveClient>
  readonly relayFrame: (client: LiveClient, frame: MediaFrame) => void
  readonly roster: Roster<LiveClient>
  readonly watchers: readonly ClientWatcher[]
  readonly verify: VerifyEd25519
  readonly randomness: Randomness
  readonly limits: SessionLimits
  readonly authTimeoutMillis: number
  readonly onError: (error: unknown) => void
  readonly events: DeliveryDeps['events'] &
    Pick<Events, 'liveRefused' | 'loginTried' | 'rateLimited' | 'readerPaused' | 'storeFailed'>
}

/** True when it may be. Keys are an identity's name, a connection's, or a client address. */
export interface SessionLimits {
  readonly message: (who: string) => boolean
  /** Of everything but frames of voice and screen. */
  readonly bytes: (who: string, length: number) => boolean
  readonly chat: (who: string) => boolean
  readonly ofAddress: (address: string) => boolean
  /** Of everything that comes from there. */
  readonly bytesOfAddress: (address: string, length: number) => boolean
  readonly login: (address: string) => boolean
  /** How long a chat message is refused after another, for the text that says so. */
  readonly chatIntervalMillis: number
}

export interface SessionHost {
  ended(session: Session, reason: Label<'closed'>): void
}

/** What may wait to be handled: a client that sends on while it is not answered is closed. */
const maxInboxMessages = 2048
const maxInboxBytes = 16 * 1024 * 1024

/** So many messages in a row that are refused for coming too fast end the connection. */
const maxRefusedInARow = 1000

let connections = 0

/** Most sockets are idle most of the time: what they do not need yet is one for all of them. */
const nothing: Uint8Array[] = []

/** Everything that original clients may send in any number, or that has limits of its own. */
const unlimited: ReadonlySet<string> = new Set(['ping', 'auth'])
const chat: ReadonlySet<string> = new Set(['message', 'channel_message'])

export class Session implements SocketHandler, OutboxEvents, DeliveryOwner {
  readonly address: string
  readonly #deps: SessionDeps
  readonly #host: SessionHost
  readonly #firstForm: WrittenForm
  /** What it is limited by before its login. */
  readonly #number = ++connections
  #nonce: Uint8Array | undefined
  #socket: Socket | undefined
  #outbox: Outbox | undefined
  #client: LiveClient | undefined
  #deadline: ReturnType<typeof setTimeout> | undefined
  #inbox: Uint8Array[] = nothing
  #inboxBytes = 0
  #isBusy = false
  #refusedInARow = 0
  #ending: LiveEnding | 'silent' | undefined
  #isClosed = false
  #wasHeard = true

  constructor(address: string, firstForm: WrittenForm, deps: SessionDeps, host: SessionHost) {
    this.address = address
    this.#firstForm = firstForm
    this.#deps = deps
    this.#host = host
  }

  get isLoggedIn(): boolean {
    return this.#client !== undefined
  }

  // ---------------------------------------------------------------------------------------- the socket

  onOpen(socket: Socket): void {
    this.#socket = socket
    this.#outbox = new Outbox(socket, this)
    this.#nonce = this.#deps.randomness.bytes(nonceBytes)
    this.#reply({ type: 'auth_challenge', nonce: this.#nonce })
    this.#deadline = setTimeout(() => {
      this.end('not-logged-in')
    }, this.#deps.authTimeoutMillis)
  }

  onMessage(frame: Uint8Array, isText: boolean): void {
    this.#wasHeard = true
    if (isText || this.#ending !== undefined) return
    if (!this.#isBusy && this.#inbox.length === 0 && this.#outbox?.isFull === false) {
      this.#run(frame)
      return
    }
    if (this.#inbox === nothing) this.#inbox = []
    this.#inbox.push(frame)
    this.#inboxBytes += frame.length
    if (this.#inbox.length > maxInboxMessages || this.#inboxBytes > maxInboxBytes) {
      this.end('abusive')
    }
  }

  onDrain(): void {
    this.#outbox?.drained()
    if (this.#outbox?.isFull !== false) return
    this.#client?.resume()
    if (!this.#isBusy) this.#runNext()
  }

  onPong(): void {
    this.#wasHeard = true
  }

  onClose(code: number): void {
    this.#isClosed = true
    this.#release()
    this.#host.ended(this, closedReason(this.#ending, code))
  }

  /** Asks for a sign of life. */
  ping(): void {
    this.#wasHeard = false
    this.#socket?.ping()
  }

  /** Ends a connection that gave no sign since the ping. */
  checkPulse(): void {
    if (this.#wasHeard || this.#ending !== undefined) return
    this.#ending = 'silent'
    this.#socket?.terminate()
  }

  end(ending: LiveEnding): void {
    if (this.#ending !== undefined || this.#isClosed) return
    this.#ending = ending
    this.#outbox?.flush()
    this.#release()
    const { code, reason } = endings[ending]
    this.#socket?.close(code, reason)
  }

  /** Resolves when everything that was acknowledged is removed. */
  async flush(): Promise<void> {
    await this.#client?.flush()
  }

  // ---------------------------------------------------------------- what its outbox and its mailbox report

  paused(): void {
    this.#deps.events.readerPaused()
  }

  flushed(): void {
    this.#client?.delivery.flushed()
  }

  overflowed(): void {
    this.end('too-slow')
  }

  /** Who does not acknowledge is welcomed behind what waited for them (mobium reference §1.5). */
  caughtUp(pushed: number): void {
    if (this.#client?.has('ack') === false) this.#client.welcome(pushed)
  }

  failed(error: unknown): void {
    this.#deps.events.storeFailed(error instanceof StoreError ? error.code : 'unusable')
    this.end('store-failed')
  }

  // --------------------------------------------------------------------------------- one after the other

  #run(first: Uint8Array): void {
    let frame: Uint8Array | undefined = first
    while (frame !== undefined && this.#ending === undefined) {
      const pending = this.#handle(frame)
      if (pending !== undefined) {
        this.#isBusy = true
        void pending.then(() => this.#runNext())
        return
      }
      frame = this.#takeNext()
    }
  }

  #runNext(): void {
    this.#isBusy = false
    const next = this.#takeNext()
    if (next !== undefined) this.#run(next)
  }

  /** Nothing while answers wait for the client to read them: who does not read is not answered either. */
  #takeNext(): Uint8Array | undefined {
    if (this.#outbox?.isFull !== false) return undefined
    const next = this.#inbox.shift()
    if (next !== undefined) this.#inboxBytes -= next.length
    return next
  }

  /** Undefined when it is done, else what resolves when it is. Answers what goes wrong, and never fails itself. */
  #handle(frame: Uint8Array): Promise<void> | undefined {
    let clientId: Uint8Array | undefined
    try {
      // Before anybody looks into it: frames of voice and screen, and of strangers, cost this much as well.
      if (!this.#deps.limits.bytesOfAddress(this.address, frame.length)) this.#tooFast()
      const media = readMediaFrame(frame)
      if (media !== undefined && this.#client !== undefined) {
        this.#deps.relayFrame(this.#client, media)
        return undefined
      }
      const reading = readUp(frame)
      const type = reading.kind === 'message' ? reading.message.type : 'malformed'
      this.#admit(type, frame.length)
      if (reading.kind === 'malformed') throw new Refusal('malformed', undefined, reading.why)
      const { message } = reading
      if ('client_id' in message) clientId = message.client_id
      const done = this.#answer(message, reading.form)
      return done?.catch((error: unknown) => this.#refuse(error, clientId))
    } catch (error) {
      this.#refuse(error, clientId)
      return undefined
    }
  }

  #answer(message: UpMessage, form: BytesForm | undefined): Promise<void> | undefined {
    if (message.type === 'ping') {
      this.#reply({ type: 'pong' })
      return undefined
    }
    if (message.type === 'auth') return this.#logIn(message, form === 'bin' ? 'bin' : 'array')
    if (this.#client === undefined) throw new Refusal('not-logged-in')
    // The table has a handler for each type that has one; which one this is, the type says.
    const handle = this.#deps.handlers[message.type] as
      Handle<UpMessage['type'], LiveClient> | undefined
    if (handle === undefined) throw new Refusal('malformed', undefined, 'Unknown message type')
    return handle(this.#client, message) ?? undefined
  }

  #admit(type: string, length: number): void {
    const { limits, events } = this.#deps
    const who = this.#client?.name ?? `connection ${this.#number}`
    const isCounted = !unlimited.has(type)
    const mayPass =
      limits.bytes(who, length) &&
      (!isCounted || (limits.ofAddress(this.address) && limits.message(who)))
    if (!mayPass) this.#tooFast()
    if (!isCounted) return
    this.#refusedInARow = 0
    if (this.#client === undefined || !chat.has(type) || limits.chat(who)) return
    events.rateLimited('live')
    throw new Refusal('rate-limited', {
      code: 'RATE_LIMITED',
      message: `You're sending messages too fast. Limit: 1 per ${limits.chatIntervalMillis / 1000} seconds.`,
    })
  }

  #tooFast(): never {
    this.#deps.events.rateLimited('live')
    if (++this.#refusedInARow > maxRefusedInARow) this.end('abusive')
    throw new Refusal('rate-limited')
  }

  // ------------------------------------------------------------------------------------------- the login

  async #logIn(
    message: Extract<UpMessage, { readonly type: 'auth' }>,
    spoken: WrittenForm,
  ): Promise<void> {
    const { identities, limits, roster, watchers, events } = this.#deps
    if (!limits.login(this.address)) {
      events.rateLimited('live-login')
      throw new Refusal('rate-limited')
    }
    const identity = this.#checkSignature(message)
    const { x25519_pub: exchangeKey, x25519_sig: bound, device = onlyDevice } = message
    const announced = capabilitySet(message.caps)
    await identities.enter(
      identity,
      mailboxOf(identity, device),
      exchangeKey === undefined ? undefined : { publicKey: exchangeKey, signature: bound },
    )
    const outbox = this.#outbox
    if (this.#isClosed || this.#ending !== undefined || outbox === undefined) return
    this.#leave()
    const login = {
      identity,
      device,
      form: announced.has('bin') ? ('bin' as const) : spoken,
      capabilities: announced,
    }
    const client = new LiveClient(login, outbox, this.#deps, this)
    this.#client = client
    events.loginTried('accepted')
    roster.add(client)
    try {
      for (const watcher of watchers) await watcher.entered?.(client)
    } catch (error) {
      if (this.#client === client) this.#leave()
      throw error
    }
    if (this.#client !== client) return
    clearTimeout(this.#deadline)
    this.#deadline = undefined
    if (client.has('ack')) client.welcome(0)
    this.#startReading(client)
  }

  #checkSignature(message: Extract<UpMessage, { readonly type: 'auth' }>): IdentityKey {
    const { verify, events } = this.#deps
    // A copy: it lives as long as the session, and the frame need not.
    const identity = parseIdentity(Uint8Array.from(message.pubkey))
    const isTheirs =
      identity !== undefined &&
      this.#nonce !== undefined &&
      verify(identity, loginMessage(this.#nonce), message.signature) &&
      (message.x25519_sig === undefined ||
        (message.x25519_pub !== undefined &&
          isBound(verify, identity, message.x25519_pub, message.x25519_sig)))
    if (isTheirs) return identity
    events.loginTried('refused')
    throw new Refusal('bad-signature')
  }

  /** Of the sockets of original clients the newest reads alone. */
  #startReading(client: LiveClient): void {
    if (!client.has('ack')) {
      for (const other of readersBeside(this.#deps.roster, client)) other.delivery.stop()
    }
    client.delivery.start()
  }

  /** The identity is not logged in here any more. */
  #leave(): void {
    const client = this.#client
    if (client === undefined) return
    const { roster, watchers } = this.#deps
    this.#client = undefined
    client.end()
    roster.remove(client)
    for (const watcher of watchers) watcher.left(client)
    if (!client.has('ack')) readersBeside(roster, client).at(-1)?.delivery.start()
  }

  // ------------------------------------------------------------------------------------- what goes wrong

  #refuse(error: unknown, clientId: Uint8Array | undefined): void {
    if (this.#isClosed || this.#ending !== undefined) return
    const { reason, shown, detail } = this.#refusalOf(error)
    this.#deps.events.liveRefused(refusals[reason])
    this.#reply({
      type: 'error',
      code: shown?.code ?? 400,
      message: shown?.message ?? 'Request failed',
      ...(this.#client?.isOurs === true
        ? { code_str: reason, ...(detail === undefined ? {} : { message: detail }) }
        : {}),
      ...(clientId === undefined ? {} : { re: clientId }),
    })
  }

  #refusalOf(error: unknown): Refusal {
    if (error instanceof Refusal) return error
    if (error instanceof StoreError) this.#deps.events.storeFailed(error.code)
    else this.#deps.onError(error)
    return new Refusal('unavailable')
  }

  #reply(message: DownMessage): void {
    this.#outbox?.push(writeDown(message, this.#client?.form ?? this.#firstForm))
  }

  /** Lets go of everything but the socket. What was acknowledged is still written. */
  #release(): void {
    clearTimeout(this.#deadline)
    this.#leave()
    this.#outbox?.end()
    this.#inbox = nothing
    this.#inboxBytes = 0
  }
}

/** Other sockets of the same device that read as original clients do, the oldest first. */
function readersBeside(roster: Roster<LiveClient>, client: LiveClient): readonly LiveClient[] {
  return roster
    .clientsOf(client.name)
    .filter((other) => other !== client && other.device === client.device && !other.has('ack'))
}
