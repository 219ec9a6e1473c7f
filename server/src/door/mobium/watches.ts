/**
 * @module Oblivious mailboxes that a client watches over its login: by a token, which says that whoever knows it owns the
 * mailbox, or by the reading key of an address. What arrives is handed on live, and stays until it is acknowledged.
 */
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import { writeDown } from '@sotto/wire/live'
import { Acknowledger, type AcknowledgeReport } from '#relay/mailboxes/acknowledger.ts'
import { Follower, type Reader } from '#relay/mailboxes/follow.ts'
import type { Envelope } from '#store/store.ts'
import type { Client } from '#door/mobium/client.ts'
import type { DeliveryDeps } from '#door/mobium/delivery.ts'
import type { Outbox } from '#door/mobium/outbox.ts'
import { addressOfKey, mailboxOfAddress, mailboxOfToken } from '#door/vauchi/address.ts'

/** Contacts, requests and own devices of one person; each costs some hundred bytes of memory. */
export const maxWatched = 4096

/** What a client calls mailboxes by when it asks for them. */
export interface Named {
  readonly tokens?: readonly Uint8Array[] | undefined
  /** Reading keys of addresses. They are not kept. */
  readonly keys?: readonly Uint8Array[] | undefined
}

interface Watch {
  readonly follower: Follower
  readonly acknowledger: Acknowledger
}

export class Watches implements Disposable {
  readonly #deps: DeliveryDeps
  readonly #client: Pick<Client, 'form'>
  readonly #outbox: Outbox
  readonly #failed: (error: unknown) => void
  readonly #watches = new Map<MailboxId, Watch>()

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
  add(named: Named): boolean {
    const fresh = called(named)
    for (const mailbox of this.#watches.keys()) fresh.delete(mailbox)
    if (this.#watches.size + fresh.size > maxWatched) return false
    for (const [mailbox, token] of fresh) this.#watches.set(mailbox, this.#watch(mailbox, token))
    return true
  }

  remove(named: Named): void {
    for (const mailbox of called(named).keys()) {
      const watch = this.#watches.get(mailbox)
      this.#watches.delete(mailbox)
      if (watch !== undefined) end(watch)
    }
  }

  /**
   * Of what came with this token, or with this address. False when neither is watched: who knows an address and not its key
   * never watches its mailbox.
   */
  acknowledge(token: Uint8Array, ids: readonly EnvelopeId[]): boolean {
    let isWatched = false
    for (const mailbox of [mailboxOfToken(token), mailboxOfAddress(token)]) {
      const watch = this.#watches.get(mailbox)
      watch?.acknowledger.add(ids)
      isWatched ||= watch !== undefined
    }
    return isWatched
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

  #watch(mailbox: MailboxId, token: Uint8Array): Watch {
    const { mailboxes, follow, acknowledge, events } = this.#deps
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

/** By mailbox what its envelopes carry as their token: the token, or the address. */
function called({ tokens = [], keys = [] }: Named): Map<MailboxId, Uint8Array> {
  const tokensByMailbox = new Map(tokens.map((token) => [mailboxOfToken(token), token]))
  for (const key of keys) {
    const address = addressOfKey(key)
    tokensByMailbox.set(mailboxOfAddress(address), address)
  }
  return tokensByMailbox
}
