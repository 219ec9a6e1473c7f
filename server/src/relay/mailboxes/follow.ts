/**
 * @module One path for what waits and for what arrives: subscribe, drain the backlog, then follow. A live envelope is
 * handed on as it came, without a read, if nothing that came before it is still to be read.
 */
import type { MailboxId } from '@sotto/wire'
import type { Bus, Ring, RingListener } from '#bus/bus.ts'
import type { Clock } from '#relay/clock.ts'
import type { Envelope, MailboxStore } from '#store/store.ts'

/** Who reads a mailbox: a socket, seen from the core. */
export interface Reader {
  /** 'full' means taken, but nothing more until `resume`. */
  take(envelope: Envelope): 'taken' | 'full'
  /** Everything that waited when the follower last looked was offered, and nothing stopped it. Called again and again. */
  caughtUp?(): void
  /** Records whose checksum did not fit were left out. */
  leftOut(damaged: number): void
  /** The store does not answer. Nothing more will be taken. */
  failed(error: unknown): void
}

export interface FollowDeps {
  readonly mailboxes: MailboxStore
  readonly bus: Bus
  readonly clock: Clock
}

export interface FollowLimits {
  /** Read from the store at a time. */
  readonly maxEnvelopes: number
  readonly maxBytes: number
}

/** One reader's place in one mailbox. Each envelope is offered once; a new follower begins anew. */
export class Follower implements RingListener, Disposable {
  readonly #deps: FollowDeps
  readonly #mailbox: MailboxId
  readonly #reader: Reader
  readonly #limits: FollowLimits
  /** Everything up to here was offered. */
  #cursor = 0
  /** Something behind the cursor waits to be read from the store. */
  #isBehind = true
  #isFull = false
  #isReading = false
  #hasEnded = false

  constructor(deps: FollowDeps, mailbox: MailboxId, reader: Reader, limits: FollowLimits) {
    this.#deps = deps
    this.#mailbox = mailbox
    this.#reader = reader
    this.#limits = limits
    deps.bus.listen(mailbox, this)
    this.#read()
  }

  /** The reader has room again. */
  resume(): void {
    this.#isFull = false
    this.#read()
  }

  [Symbol.dispose](): void {
    this.#hasEnded = true
    this.#deps.bus.leave(this.#mailbox, this)
  }

  onRing({ live }: Ring): void {
    // A bus that is telling its listeners one after the other may still tell one that has just left.
    if (this.#hasEnded) return
    if (live !== undefined && live.envelope.sequence <= this.#cursor) return
    const isNext = live !== undefined && live.previous <= this.#cursor
    if (isNext && !this.#isBehind && !this.#isFull && !this.#isReading) {
      this.#offer(live.envelope)
      return
    }
    this.#isBehind = true
    this.#read()
  }

  #offer(envelope: Envelope): void {
    this.#cursor = envelope.sequence
    if (this.#reader.take(envelope) === 'full') this.#isFull = true
  }

  #read(): void {
    if (this.#isReading || this.#isFull || this.#hasEnded || !this.#isBehind) return
    this.#isReading = true
    this.#drain()
      .catch((error: unknown) => {
        if (!this.#hasEnded) this.#reader.failed(error)
        this[Symbol.dispose]()
      })
      .finally(() => {
        this.#isReading = false
        // A ring may have come between the last look and this line.
        this.#read()
      })
  }

  async #drain(): Promise<void> {
    while (this.#isBehind && !this.#isFull && !this.#hasEnded) {
      this.#isBehind = false
      const found = await this.#deps.mailboxes.collect(this.#mailbox, {
        ...this.#limits,
        after: this.#cursor,
        nowMillis: this.#deps.clock.now(),
      })
      if (this.#hasEnded) return
      if (found.damaged > 0) this.#reader.leftOut(found.damaged)
      for (const envelope of found.envelopes) {
        if (this.#isFull || this.#hasEnded) break
        this.#offer(envelope)
      }
      if (this.#isFull) {
        this.#isBehind = true
        return
      }
      this.#cursor = Math.max(this.#cursor, found.cursor)
      if (!found.more) {
        this.#reader.caughtUp?.()
        continue
      }
      this.#isBehind = true
      // Other sockets' turns come between two reads of a long backlog.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
