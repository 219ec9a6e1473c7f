/**
 * @module Envelopes that may go, gathered for a moment. An acknowledgement that is lost does no harm: its envelope comes
 * again.
 *
 * The relay takes the ids of one mailbox at a time, and ten messages a second from one identity: so a few mailboxes are
 * acknowledged at once, and the rest a second later.
 */
import type { UpOf } from '@sotto/wire/live'
import { isSottoError } from '#errors.ts'
import type { Clock } from '#ports/clock.ts'

export interface AcknowledgementsDeps {
  readonly clock: Clock
  /** Undefined while there is no connection. Resolves in the order of the messages. */
  readonly send: (
    messages: readonly UpOf<'ack'>[],
  ) => Promise<readonly PromiseSettledResult<void>[]> | undefined
}

interface Batch {
  /** Undefined for the device's own mailbox. */
  readonly address: Uint8Array | undefined
  readonly ids: Map<string, Uint8Array>
}

const gatherMillis = 50
const nextTurnMillis = 1000
const maxMessagesInTurn = 5
const maxIdsInMessage = 1000
const maxWaitingIds = 16_384

export class Acknowledgements implements Disposable {
  readonly #deps: AcknowledgementsDeps
  readonly #batches = new Map<string, Batch>()
  #count = 0
  #timer: { cancel(): void } | undefined
  #isEnded = false

  constructor(deps: AcknowledgementsDeps) {
    this.#deps = deps
  }

  add(address: Uint8Array | undefined, ids: readonly Uint8Array[]): void {
    this.#keep(address, ids)
    this.#plan(gatherMillis)
  }

  /** Nobody may acknowledge there any more. What waits is said now, if it can be. */
  forget(addresses: readonly Uint8Array[]): void {
    const messages = addresses.flatMap((address) => {
      const batch = this.#batches.get(address.toHex())
      return batch === undefined ? [] : this.#takeAll(batch)
    })
    if (messages.length > 0) void this.#deps.send(messages)
  }

  /** Says what waits, as much of it as may be said at once. */
  flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    const messages: UpOf<'ack'>[] = []
    for (const batch of [...this.#batches.values()]) {
      if (messages.length >= maxMessagesInTurn) break
      messages.push(this.#takeSome(batch))
    }
    if (messages.length === 0) return
    const sent = this.#deps.send(messages)
    if (sent === undefined) {
      // They are said after the next login.
      for (const { token, ids } of messages) this.#keep(token, ids)
      return
    }
    void sent.then((results) => this.#settle(messages, results))
    if (this.#batches.size > 0) this.#plan(nextTurnMillis)
  }

  [Symbol.dispose](): void {
    this.#isEnded = true
    this.#timer?.cancel()
    this.#batches.clear()
  }

  #settle(messages: readonly UpOf<'ack'>[], results: readonly PromiseSettledResult<void>[]): void {
    for (const [at, { token, ids }] of messages.entries()) {
      const result = results[at]
      if (result?.status !== 'rejected') continue
      // Refused for good, they are not asked again: the envelopes come again.
      const isWorthIt =
        isSottoError(result.reason, 'relay-busy') || isSottoError(result.reason, 'offline')
      if (!isWorthIt) continue
      this.#keep(token, ids)
      this.#plan(nextTurnMillis)
    }
  }

  #plan(millis: number): void {
    if (this.#isEnded) return
    this.#timer ??= this.#deps.clock.after(millis, () => this.flush())
  }

  #keep(address: Uint8Array | undefined, ids: readonly Uint8Array[]): void {
    if (this.#isEnded) return
    const name = address?.toHex() ?? ''
    const batch = this.#batches.get(name) ?? { address, ids: new Map<string, Uint8Array>() }
    for (const id of ids) {
      const key = id.toHex()
      if (this.#count >= maxWaitingIds || batch.ids.has(key)) continue
      batch.ids.set(key, id)
      this.#count++
    }
    if (batch.ids.size > 0) this.#batches.set(name, batch)
  }

  #takeAll(batch: Batch): readonly UpOf<'ack'>[] {
    const messages: UpOf<'ack'>[] = []
    while (batch.ids.size > 0) messages.push(this.#takeSome(batch))
    return messages
  }

  #takeSome({ address, ids }: Batch): UpOf<'ack'> {
    const taken = [...ids].slice(0, maxIdsInMessage)
    for (const [key] of taken) ids.delete(key)
    this.#count -= taken.length
    if (ids.size === 0) this.#batches.delete(address?.toHex() ?? '')
    const message = { type: 'ack', ids: taken.map(([, id]) => id) } as const
    return address === undefined ? message : { ...message, token: address }
  }
}
