/**
 * @module Oblivious mailboxes that a client watches over its login: whoever knows a token owns the mailbox. What arrives
 * is handed on live, and stays until it is acknowledged.
 */
import type { EnvelopeId } from '@sotto/wire'
import { writeDown } from '@sotto/wire/live'
import { Acknowledger, type AcknowledgeReport } from '#relay/mailboxes/acknowledger.ts'
import { Follower, type Reader } from '#relay/mailboxes/follow.ts'
import type { Envelope } from '#store/store.ts'
import type { Client } from '#door/mobium/client.ts'
import type { DeliveryDeps } from '#door/mobium/delivery.ts'
import type { Outbox } from '#door/mobium/outbox.ts'
import { mailboxOfToken } from '#door/vauchi/address.ts'

/** Contacts, requests and own devices of one person; each costs some hundred bytes of memory. */
export const maxWatched = 4096

interface Watch {
  readonly follower: Follower
  readonly acknowledger: Acknowledger
}

export class Watches implements Disposable {
  readonly #deps: DeliveryDeps
  readonly #client: Pick<Client, 'form'>
  readonly #outbox: Outbox
  readonly #failed: (error: unknown) => void
  readonly #watches = new Map<string, Watch>()

  constructor(
    deps: DeliveryDeps,
    client: Pick<Client, 'form'>,
    outbox: Outbox,
    failed: (error: unknown) => void,
  ) {
    this.#deps = deps
    this.#client = client
    this.#outbox = outbox
    this.#failed = failed
  }

  get count(): number {
    return this.#watches.size
  }

  /** Watching twice is watching once. False when more would be watched than may be. */
  add(tokens: readonly Uint8Array[]): boolean {
    const fresh = new Map(tokens.map((token) => [keyOf(token), token]))
    for (const key of this.#watches.keys()) fresh.delete(key)
    if (this.#watches.size + fresh.size > maxWatched) return false
    for (const [key, token] of fresh) this.#watches.set(key, this.#watch(token))
    return true
  }

  remove(tokens: readonly Uint8Array[]): void {
    for (const token of tokens) {
      const watch = this.#watches.get(keyOf(token))
      this.#watches.delete(keyOf(token))
      if (watch !== undefined) end(watch)
    }
  }

  /** False when the token is not watched. */
  acknowledge(token: Uint8Array, ids: readonly EnvelopeId[]): boolean {
    const watch = this.#watches.get(keyOf(token))
    watch?.acknowledger.add(ids)
    return watch !== undefined
  }

  /** The outbox has room again. */
  resume(): void {
    for (const { follower } of this.#watches.values()) {
      if (this.#outbox.isFull) return
      follower.resume()
    }
  }

  async flush(): Promise<void> {
    await Promise.all([...this.#watches.values()].map(({ acknowledger }) => acknowledger.flush()))
  }

  [Symbol.dispose](): void {
    for (const watch of this.#watches.values()) end(watch)
    this.#watches.clear()
  }

  #watch(token: Uint8Array): Watch {
    const { mailboxes, follow, acknowledge, events } = this.#deps
    const mailbox = mailboxOfToken(token)
    const reader: Reader = {
      take: (envelope) => this.#take(token, envelope),
      leftOut: (damaged) => events.recordsDamaged('envelope', damaged),
      failed: this.#failed,
    }
    const report: AcknowledgeReport = {
      removed: (count) => events.acknowledged(count),
      failed: this.#failed,
    }
    return {
      follower: new Follower(this.#deps, mailbox, reader, follow),
      acknowledger: new Acknowledger(mailboxes, mailbox, acknowledge, report),
    }
  }

  #take(token: Uint8Array, { id, body, acceptedAtMillis }: Envelope): 'taken' | 'full' {
    this.#outbox.push(
      writeDown(
        {
          type: 'envelope',
          token,
          id,
          payload: body,
          accepted_at: acceptedAtMillis,
          timestamp: Math.floor(acceptedAtMillis / 1000),
        },
        this.#client.form,
      ),
    )
    this.#deps.events.delivered(1)
    return this.#outbox.isFull ? 'full' : 'taken'
  }
}

function end({ follower, acknowledger }: Watch): void {
  follower[Symbol.dispose]()
  void acknowledger.flush()
}

function keyOf(token: Uint8Array): string {
  return Buffer.from(token).toString('latin1')
}
