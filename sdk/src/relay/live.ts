/**
 * @module The live door: a connection to the own relay that is kept, and comes back when it is lost. What is watched is
 * watched again after every login, and what was not acknowledged comes again, so that nothing is lost in between.
 *
 * The relay learns which identity reads which addresses, and nothing about who writes to them.
 */
import type { Primitives } from '@sotto/primitives'
import type { DownMessage, DownOf } from '@sotto/wire/live'
import { SottoError } from '#errors.ts'
import type { Clock, Randomness } from '#ports/clock.ts'
import type { Network } from '#ports/network.ts'
import { Acknowledgements } from '#relay/live/acknowledgements.ts'
import { BackOff } from '#relay/live/back-off.ts'
import { LiveConnection, type LiveLogin } from '#relay/live/connection.ts'
import { handOn, type LiveHandlers, type LiveState } from '#relay/live/events.ts'
import { Intake } from '#relay/live/intake.ts'
import type { Question } from '#relay/live/questions.ts'
import * as requests from '#relay/live/requests.ts'
import { inMessages, Watched } from '#relay/live/watched.ts'
import type { RelayOrigin } from '#relay/relay-origin.ts'

/** What `LiveRelay.open` takes. */
export interface LiveRelayOptions {
  readonly network: Pick<Network, 'connect'>
  readonly clock: Clock
  readonly randomness: Randomness
  readonly primitives: Pick<Primitives, 'sha256'>
  readonly relay: RelayOrigin
  readonly login: LiveLogin
  readonly handlers: LiveHandlers
}

/** How long an end waits for the other side to close as well. */
const closeMillis = 2000

const clientIdBytes = 16

/**
 * Questions reject with a `SottoError`: 'offline' without a connection, when it ends, or after 15 seconds (nobody knows then
 * whether it was done), 'relay-busy' with a time to wait, and what the relay refuses by `live/error-codes.ts`.
 */
export class LiveRelay implements AsyncDisposable {
  readonly #options: LiveRelayOptions
  readonly #backOff: BackOff
  readonly #watched: Watched
  readonly #acknowledgements: Acknowledgements
  readonly #intake = new Intake()
  readonly #life = new AbortController()
  #connection: LiveConnection | undefined
  #retry: { cancel(): void } | undefined
  #state: LiveState = 'offline'

  private constructor(options: LiveRelayOptions) {
    const { clock, randomness, primitives } = options
    this.#options = options
    this.#backOff = new BackOff(clock, randomness)
    this.#watched = new Watched(primitives)
    this.#acknowledgements = new Acknowledgements({
      clock,
      send: (messages) => this.#online()?.questions.tell(messages),
    })
  }

  /** Begins to connect. The handlers hear of it, and not before this returns. */
  static open(options: LiveRelayOptions): LiveRelay {
    const live = new LiveRelay(options)
    live.#retry = options.clock.after(0, () => live.#connect())
    return live
  }

  get state(): LiveState {
    return this.#state
  }

  // ------------------------------------------------------------------------------------------ the connection

  /** There may be a network again: connects at once, or asks whether the other side is still there. */
  nudge(): void {
    if (this.#life.signal.aborted) return
    this.#backOff.forget()
    if (this.#connection === undefined) this.#connect()
    else this.#connection.probe()
  }

  /** Says what was acknowledged, and ends. Resolves when the other side has closed as well, or two seconds later. */
  async close(): Promise<void> {
    if (this.#life.signal.aborted) return
    this.#acknowledgements.flush()
    const problem = closed()
    this.#life.abort(problem)
    this.#acknowledgements[Symbol.dispose]()
    this.#retry?.cancel()
    const connection = this.#connection
    this.#connection = undefined
    this.#become('offline', undefined)
    if (connection === undefined) return
    connection.close(problem)
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = this.#options.clock.after(closeMillis, resolve)
    await Promise.race([connection.closed, late])
    timer.cancel()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  // ----------------------------------------------------------------------------------------------- mailboxes

  /** What waits at these addresses comes, and what will arrive there, from now on and after every login. */
  watch(keys: readonly Uint8Array[]): void {
    const fresh = this.#watched.add(keys)
    const connection = this.#online()
    if (connection !== undefined) this.#watchOn(connection, fresh)
  }

  unwatch(keys: readonly Uint8Array[]): void {
    const gone = this.#watched.remove(keys)
    this.#acknowledgements.forget(gone.map(({ address }) => address))
    for (const { address } of gone) this.#intake.leave(address.toHex())
    const connection = this.#online()
    if (connection === undefined) return
    this.#unwatchOn(
      connection,
      gone.map(({ key }) => key),
    )
  }

  /** These envelopes may go. */
  acknowledge(address: Uint8Array, ids: readonly Uint8Array[]): void {
    this.#acknowledgements.add(address, ids)
    this.#intake.done(ids.map((id) => id.toHex()))
    const connection = this.#online()
    if (connection === undefined) return
    // What was left with the relay comes when it is watched anew.
    const missed = this.#watched.keysAt(this.#intake.takeMissed())
    this.#unwatchOn(connection, missed)
    this.#watchOn(connection, missed)
  }

  // ------------------------------------------------------------------------------------------------ questions

  publishKeys(keys: requests.KeysToPublish, signal: AbortSignal): Promise<requests.KeyCounts> {
    return this.#ask(requests.publishKeys(keys), signal)
  }

  keyCounts(signal: AbortSignal): Promise<requests.KeyCounts> {
    return this.#ask(requests.keyCounts, signal)
  }

  /** The signed list of devices, up to 64 KiB. */
  async publishDevices(record: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#ask(requests.publishDevices(record), signal)
  }

  createChannel(
    channel: Uint8Array,
    metadata: Uint8Array,
    signal: AbortSignal,
  ): Promise<'created' | 'exists'> {
    return this.#ask(requests.createChannel(channel, metadata), signal)
  }

  async joinChannel(
    channel: Uint8Array,
    inviteToken: Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#ask(requests.joinChannel(channel, inviteToken), signal)
  }

  async leaveChannel(channel: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#ask(requests.leaveChannel(channel), signal)
  }

  /** `clientId` has 16 bytes; with the same one it is stored once, however often it is posted. */
  postToChannel(
    channel: Uint8Array,
    payload: Uint8Array,
    clientId: Uint8Array,
    signal: AbortSignal,
  ): Promise<requests.Posted> {
    return this.#ask(requests.postToChannel(channel, payload, clientId), signal)
  }

  /** Up to 1,000 messages, and 4 MiB. */
  getHistory(
    channel: Uint8Array,
    afterId: number,
    limit: number,
    signal: AbortSignal,
  ): Promise<requests.HistoryPage> {
    return this.#ask(requests.getHistory(channel, afterId, limit), signal)
  }

  /** Only behind the record with this number, 0 for the first one. */
  appendRecord(
    channel: Uint8Array,
    record: Uint8Array,
    after: number,
    signal: AbortSignal,
  ): Promise<requests.AppendOutcome> {
    const clientId = this.#options.randomness(clientIdBytes)
    return this.#ask(requests.appendRecord(channel, record, after, clientId), signal)
  }

  getRecords(
    channel: Uint8Array,
    after: number,
    signal: AbortSignal,
    limit?: number,
  ): Promise<requests.RecordPage> {
    return this.#ask(requests.getRecords(channel, after, limit), signal)
  }

  createInvite(
    channel: Uint8Array,
    choices: requests.InviteChoices,
    signal: AbortSignal,
  ): Promise<requests.Invite> {
    return this.#ask(requests.createInvite(channel, choices), signal)
  }

  async banUser(
    channel: Uint8Array,
    member: Uint8Array,
    signal: AbortSignal,
    reason?: string,
  ): Promise<void> {
    await this.#ask(requests.banUser(channel, member, reason), signal)
  }

  async unbanUser(channel: Uint8Array, member: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#ask(requests.unbanUser(channel, member), signal)
  }

  /** What the relay lets them do. Only whoever it has for the owner can say that. */
  async setRole(
    channel: Uint8Array,
    member: Uint8Array,
    role: 'moderator' | 'member',
    signal: AbortSignal,
  ): Promise<void> {
    await this.#ask(requests.setRole(channel, member, role), signal)
  }

  getMembers(channel: Uint8Array, signal: AbortSignal): Promise<readonly requests.Member[]> {
    return this.#ask(requests.getMembers(channel), signal)
  }

  // -------------------------------------------------------------------------------------- how it is kept up

  #online(): LiveConnection | undefined {
    return this.#connection?.isOnline === true ? this.#connection : undefined
  }

  async #ask<Answer>(question: Question<Answer>, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted()
    if (this.#life.signal.aborted) throw closed()
    const connection = this.#online()
    if (connection === undefined) throw new SottoError('offline', 'The relay is not connected')
    return await connection.questions.ask(question, signal)
  }

  #connect(): void {
    this.#retry?.cancel()
    this.#retry = undefined
    this.#become('connecting', undefined)
    // Whoever hears that may have closed it.
    if (this.#life.signal.aborted) return
    const { network, clock, relay, login } = this.#options
    this.#connection = new LiveConnection({
      network,
      clock,
      login,
      url: `${relay.replace(/^http/, 'ws')}/ws`,
      handlers: {
        loggedIn: () => this.#loggedIn(),
        event: (message) => this.#event(message),
        ended: (problem) => this.#ended(problem),
      },
    })
  }

  #loggedIn(): void {
    const connection = this.#online()
    if (connection === undefined) return
    this.#backOff.connected()
    this.#intake.clear()
    this.#watchOn(connection, this.#watched.keys)
    // Behind the watching: only who watches may acknowledge.
    this.#acknowledgements.flush()
    this.#become('online', undefined)
  }

  #ended(problem: SottoError): void {
    this.#connection = undefined
    this.#retry = this.#options.clock.after(this.#backOff.failed(), () => this.#connect())
    this.#become('offline', problem)
  }

  /** A connection on which not everything is watched that should be is none. */
  #watchOn(connection: LiveConnection, keys: readonly Uint8Array[]): void {
    for (const some of inMessages(keys)) {
      connection.questions
        .ask(requests.watch(some), this.#life.signal)
        .catch((error: unknown) => connection.fail(problemOf(error)))
    }
  }

  #unwatchOn(connection: LiveConnection, keys: readonly Uint8Array[]): void {
    for (const some of inMessages(keys)) {
      connection.questions
        .ask(requests.unwatch(some), this.#life.signal)
        .catch((error: unknown) => connection.fail(problemOf(error)))
    }
  }

  #event(message: DownMessage): void {
    if (message.type === 'envelope') this.#envelope(message)
    else if (message.type === 'message') this.#strangers(message)
    else handOn(this.#options.handlers, message)
  }

  #envelope({
    token: address,
    id,
    payload,
    accepted_at: acceptedAtMillis,
  }: DownOf<'envelope'>): void {
    const name = address.toHex()
    // What was unwatched may still be under way.
    if (!this.#watched.has(name) || !this.#intake.take(name, id.toHex(), payload.length)) return
    this.#options.handlers.envelope({ address, id, payload, acceptedAtMillis })
  }

  /** Ours never write to the mailbox of an identity, which is open to everybody: what comes there is not read. */
  #strangers({ id }: DownOf<'message'>): void {
    if (id !== undefined) this.#acknowledgements.add(undefined, [id])
  }

  #become(state: LiveState, problem: SottoError | undefined): void {
    if (this.#state === state) return
    this.#state = state
    this.#options.handlers.state(state, problem)
  }
}

function closed(): SottoError {
  return new SottoError('closed', 'The connection to the relay is closed')
}

function problemOf(error: unknown): SottoError {
  return error instanceof SottoError
    ? error
    : new SottoError('offline', 'The relay does not watch', { cause: error })
}
