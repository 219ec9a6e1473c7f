/**
 * @module One client on the gateway: envelopes go down, acknowledgements come up (obscura reference §2).
 *
 * A session holds no queue of its own. What its socket does not take stays in the mailbox; the follower stops at 'full'
 * and goes on at the next drain.
 */
import {
  decodeClientFrame,
  encodeEnvelopeFrame,
  encodePreKeyStatusFrame,
  parseUuid,
  type AccountId,
  type EnvelopeId,
  type MailboxId,
} from '@sotto/wire'
import type { AccountNotice } from '#bus/bus.ts'
import type { Caller } from '#guard/access-token.ts'
import {
  Acknowledger,
  type AcknowledgeLimits,
  type AcknowledgeReport,
} from '#relay/mailboxes/acknowledger.ts'
import { Follower, type FollowDeps, type FollowLimits } from '#relay/mailboxes/follow.ts'
import { StoreError, type Envelope, type PrekeyStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import type { Label } from '#watch/label-values.ts'
import { mailboxOf } from '#door/obscura/address.ts'
import type { Socket, SocketHandler } from '#door/listener.ts'

export interface SessionDeps extends FollowDeps {
  readonly prekeys: PrekeyStore
  readonly follow: FollowLimits
  readonly acknowledge: AcknowledgeLimits
  /** The owner is told when fewer one-time keys are left. */
  readonly prekeyThreshold: number
  /** The largest frame of a client; other doors on the same port may take larger ones. */
  readonly maxFrameBytes: number
  readonly events: Pick<
    Events,
    'acknowledged' | 'delivered' | 'prekeysLow' | 'readerPaused' | 'recordsDamaged' | 'storeFailed'
  >
}

/** Why a session ends, and what its client is told (RFC 6455 §7.4; 4000–4999 are this protocol's own). */
const endings = {
  shutdown: { code: 1001, reason: 'Server shutting down' },
  'taken-over': { code: 4001, reason: 'Account taken over' },
  'session-ended': { code: 4003, reason: 'Session ended' },
  'too-long': { code: 1009, reason: 'Message too long' },
  'no-identity': { code: 1008, reason: 'No identity key' },
  displaced: { code: 1008, reason: 'Too many connections' },
  'store-failed': { code: 1011, reason: 'Storage unavailable' },
} as const

export type Ending = keyof typeof endings

/** Who keeps the sessions. */
export interface SessionHost {
  ended(session: GatewaySession, reason: Label<'closed'>): void
}

/** Several fetches in a row are one notice. */
const lowNoticeDelayMillis = 500

export class GatewaySession implements SocketHandler {
  readonly account: AccountId
  readonly #caller: Caller
  readonly #deps: SessionDeps
  readonly #host: SessionHost
  #socket: Socket | undefined
  #follower: Follower | undefined
  #acknowledger: Acknowledger | undefined
  #lowNotice: ReturnType<typeof setTimeout> | undefined
  #ending: Ending | 'silent' | undefined
  /** Set by anything that arrives, cleared by the heartbeat. */
  #wasHeard = true
  #isFull = false
  #isClosed = false

  constructor(caller: Caller, deps: SessionDeps, host: SessionHost) {
    this.account = caller.account
    this.#caller = caller
    this.#deps = deps
    this.#host = host
  }

  onOpen(socket: Socket): void {
    this.#socket = socket
    this.#begin().catch((error: unknown) => this.#failed(error))
  }

  onMessage(message: Uint8Array, isText: boolean): void {
    this.#wasHeard = true
    if (message.length > this.#deps.maxFrameBytes) {
      this.end('too-long')
      return
    }
    if (isText) return
    const frame = decodeClientFrame(message)
    if (frame?.kind !== 'ack') return
    const ids: EnvelopeId[] = []
    for (const text of frame.ids) {
      const id = parseUuid(text)
      // Whether it is an envelope's, and this mailbox's, is what the store looks up.
      if (id !== undefined) ids.push(id as EnvelopeId)
    }
    if (ids.length === 0) return
    this.#acknowledger ??= this.#newAcknowledger()
    this.#acknowledger.add(ids)
  }

  onDrain(): void {
    this.#isFull = false
    this.#follower?.resume()
  }

  onPong(): void {
    this.#wasHeard = true
  }

  onClose(code: number): void {
    this.#isClosed = true
    this.#release()
    this.#host.ended(this, closedReason(this.#ending, code))
  }

  end(ending: Ending): void {
    if (this.#ending !== undefined) return
    this.#ending = ending
    this.#release()
    const { code, reason } = endings[ending]
    this.#socket?.close(code, reason)
  }

  get hasEnded(): boolean {
    return this.#ending !== undefined
  }

  /** Asks for a sign of life. */
  ping(): void {
    this.#wasHeard = false
    this.#socket?.ping()
  }

  /** Ends a session that gave no sign since the ping. */
  checkPulse(): void {
    if (this.#wasHeard || this.#ending !== undefined) return
    this.#ending = 'silent'
    this.#socket?.terminate()
  }

  /** Resolves when everything that was acknowledged is removed. */
  async flush(): Promise<void> {
    await this.#acknowledger?.flush()
  }

  // The reader that a follower fills.

  take(envelope: Envelope): 'taken' | 'full' {
    const frame = encodeEnvelopeFrame({
      id: envelope.id,
      source: envelope.sender,
      timestampMillis: envelope.acceptedAtMillis,
      type: envelope.kind,
      content: envelope.body,
    })
    const result = this.#socket?.send(frame) ?? 'closed'
    if (result !== 'closed') this.#deps.events.delivered(1)
    if (result === 'sent') return 'taken'
    if (result === 'full' && !this.#isFull) this.#deps.events.readerPaused()
    this.#isFull = true
    return 'full'
  }

  leftOut(damaged: number): void {
    this.#deps.events.recordsDamaged('envelope', damaged)
  }

  failed(error: unknown): void {
    this.#failed(error)
  }

  async #begin(): Promise<void> {
    const mailbox = mailboxOf(this.account)
    const { prekeys, follow } = this.#deps
    if ((await prekeys.identity(mailbox)) === undefined) {
      this.end('no-identity')
      return
    }
    await this.#tellIfLow(mailbox)
    if (this.#ending !== undefined || this.#isClosed) return
    this.#follower = new Follower(this.#deps, mailbox, this, follow)
  }

  /** Made when it is first needed: most sockets are idle most of the time. */
  #newAcknowledger(): Acknowledger {
    const { mailboxes, acknowledge, events } = this.#deps
    const report: AcknowledgeReport = {
      removed: (count) => events.acknowledged(count),
      failed: (error) => this.#failed(error),
    }
    return new Acknowledger(mailboxes, mailboxOf(this.account), acknowledge, report)
  }

  async #tellIfLow(mailbox: MailboxId): Promise<void> {
    const count = await this.#deps.prekeys.countOneTime(mailbox)
    if (count >= this.#deps.prekeyThreshold || this.#ending !== undefined) return
    this.#deps.events.prekeysLow()
    this.#socket?.send(
      encodePreKeyStatusFrame({
        oneTimePreKeyCount: count,
        minThreshold: this.#deps.prekeyThreshold,
      }),
    )
  }

  /** What happened to the account. */
  onNotice(notice: AccountNotice): void {
    if (this.#ending !== undefined || this.#isClosed) return
    switch (notice.kind) {
      case 'taken-over':
        this.end('taken-over')
        return
      case 'sessions-ended': {
        const { session } = this.#caller
        if (session === undefined) return
        const isOurs = notice.families.some((family) => Buffer.compare(family, session) === 0)
        if (isOurs) this.end('session-ended')
        return
      }
      case 'prekeys-low':
        this.#lowNotice ??= setTimeout(() => {
          this.#lowNotice = undefined
          this.#tellIfLow(mailboxOf(this.account)).catch((error: unknown) => this.#failed(error))
        }, lowNoticeDelayMillis)
        return
    }
  }

  #failed(error: unknown): void {
    this.#deps.events.storeFailed(error instanceof StoreError ? error.code : 'unusable')
    this.end('store-failed')
  }

  /** Lets go of everything but the socket. What was acknowledged is still written. */
  #release(): void {
    this.#follower?.[Symbol.dispose]()
    clearTimeout(this.#lowNotice)
    void this.#acknowledger?.flush()
  }
}

function closedReason(ending: Ending | 'silent' | undefined, code: number): Label<'closed'> {
  switch (ending) {
    case 'no-identity':
      return 'session-ended'
    case 'too-long':
      return 'protocol'
    case undefined:
      // 1006: the connection went without a close frame. 1002, 1007, 1009: the runtime closed on a breach.
      if (code === 1006) return 'lost'
      return code === 1002 || code === 1007 || code === 1009 ? 'protocol' : 'client'
    default:
      return ending
  }
}
