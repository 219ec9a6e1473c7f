/**
 * @module The mailbox of a device, read to one client.
 *
 * Clients that acknowledge get every envelope with its id and keep it waiting until they name it; all sockets of such a
 * device get it. Original clients do not know ids: an envelope is removed once their socket has taken it, and only the
 * newest socket of the device reads (mobium reference §1.5, §1.6, W8, W20).
 */
import type { EnvelopeId } from '@sotto/wire'
import { writeDown } from '@sotto/wire/live'
import {
  Acknowledger,
  type AcknowledgeLimits,
  type AcknowledgeReport,
} from '#relay/mailboxes/acknowledger.ts'
import {
  Follower,
  type FollowDeps,
  type FollowLimits,
  type Reader,
} from '#relay/mailboxes/follow.ts'
import type { Envelope } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import type { Client } from '#door/mobium/client.ts'
import type { Outbox } from '#door/mobium/outbox.ts'

export interface DeliveryDeps extends FollowDeps {
  readonly follow: FollowLimits
  readonly acknowledge: AcknowledgeLimits
  readonly events: Pick<Events, 'acknowledged' | 'delivered' | 'recordsDamaged'>
}

export interface DeliveryOwner {
  /** Everything that waited was handed on, `pushed` envelopes. Once. */
  caughtUp(pushed: number): void
  failed(error: unknown): void
}

const none: EnvelopeId[] = []

/** The sender's device travels as the envelope's kind, its identity as the sender. */
export class Delivery implements Reader, Disposable {
  readonly #deps: DeliveryDeps
  readonly #client: Pick<Client, 'form' | 'has' | 'mailbox'>
  readonly #outbox: Outbox
  readonly #owner: DeliveryOwner
  readonly #keeps: boolean
  #follower: Follower | undefined
  #acknowledger: Acknowledger | undefined
  /** Of an original client: handed to its socket, which has not said yet that it took them. */
  #handedOn: EnvelopeId[] = none
  #pushed = 0
  #isCaughtUp = false

  constructor(
    deps: DeliveryDeps,
    client: Pick<Client, 'form' | 'has' | 'mailbox'>,
    outbox: Outbox,
    owner: DeliveryOwner,
  ) {
    this.#deps = deps
    this.#client = client
    this.#outbox = outbox
    this.#owner = owner
    this.#keeps = client.has('ack')
  }

  start(): void {
    this.#follower ??= new Follower(this.#deps, this.#client.mailbox, this, this.#deps.follow)
  }

  /** Leaves the mailbox to another socket. */
  stop(): void {
    this.#follower?.[Symbol.dispose]()
    this.#follower = undefined
  }

  /** The outbox has room again. */
  resume(): void {
    this.#follower?.resume()
  }

  /** What was handed on is with the socket: original clients have it. */
  flushed(): void {
    if (this.#handedOn.length === 0) return
    const ids = this.#handedOn
    this.#handedOn = none
    this.acknowledge(ids)
  }

  acknowledge(ids: readonly EnvelopeId[]): void {
    this.#acknowledger ??= new Acknowledger(
      this.#deps.mailboxes,
      this.#client.mailbox,
      this.#deps.acknowledge,
      this.#report(),
    )
    this.#acknowledger.add(ids)
  }

  /** Resolves when everything that was acknowledged is removed. */
  async flush(): Promise<void> {
    await this.#acknowledger?.flush()
  }

  [Symbol.dispose](): void {
    this.stop()
    void this.#acknowledger?.flush()
  }

  // The reader that a follower fills.

  take(envelope: Envelope): 'taken' | 'full' {
    const { sender, body, id, acceptedAtMillis } = envelope
    const isWaiting = !this.#isCaughtUp
    const timestamp = Math.floor(acceptedAtMillis / 1000)
    if (isWaiting) this.#pushed++
    this.#outbox.push(
      writeDown(
        {
          type: 'message',
          // Everything that this door deposits has one.
          sender: sender ?? new Uint8Array(),
          payload: body,
          ...(isWaiting ? { offline: true, timestamp } : {}),
          ...(this.#keeps ? { id, accepted_at: acceptedAtMillis, timestamp } : {}),
        },
        this.#client.form,
      ),
    )
    this.#deps.events.delivered(1)
    if (!this.#keeps) {
      if (this.#handedOn === none) this.#handedOn = []
      this.#handedOn.push(id)
    }
    return this.#outbox.isFull ? 'full' : 'taken'
  }

  caughtUp(): void {
    if (this.#isCaughtUp) return
    this.#isCaughtUp = true
    this.#owner.caughtUp(this.#pushed)
  }

  leftOut(damaged: number): void {
    this.#deps.events.recordsDamaged('envelope', damaged)
  }

  failed(error: unknown): void {
    this.#owner.failed(error)
  }

  #report(): AcknowledgeReport {
    return {
      removed: (count) => this.#deps.events.acknowledged(count),
      failed: (error) => this.#owner.failed(error),
    }
  }
}
