/**
 * @module The line to the own relay, as the messenger uses it: it watches our addresses, hands on what arrives there, and
 * keeps our prekeys in stock.
 */
import type { ChannelDoor } from '#channels/door.ts'
import { addressOf, allReadingKeys, ownReadingKey } from '#contacts/reading-keys.ts'
import { settings } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { isSottoError } from '#errors.ts'
import type { ConnectionState } from '#events.ts'
import { randomBetween } from '#ports/clock.ts'
import { maxWatched } from '#relay/live/watched.ts'
import { type KeyCounts, type KeysToPublish, published, stockUp } from '#sessions/stock.ts'

/** The live door, from this side (`relay/live.ts`). */
export interface LiveDoor extends ChannelDoor {
  watch(keys: readonly Uint8Array[]): void
  unwatch(keys: readonly Uint8Array[]): void
  acknowledge(address: Uint8Array, ids: readonly Uint8Array[]): void
  keyCounts(signal: AbortSignal): Promise<KeyCounts>
  publishKeys(keys: KeysToPublish, signal: AbortSignal): Promise<KeyCounts>
  /** There may be a network again. */
  nudge(): void
  close(): Promise<void>
}

const dayMillis = 24 * 60 * 60 * 1000
/** A refill at once would say that somebody is awake. */
const refillDelayMillis = { min: 10_000, max: 10 * 60_000 }
const retryMillis = 30_000

export class LiveLine {
  readonly #engine: Engine
  readonly #door: LiveDoor
  readonly #failed: (error: unknown) => void
  readonly #over = new AbortController()
  readonly #watched = new Set<string>()
  #timer: { cancel(): void } | undefined
  #stocking: Promise<void> | undefined
  #isOnline = false
  #isForced = false

  constructor(engine: Engine, door: LiveDoor, failed: (error: unknown) => void) {
    this.#engine = engine
    this.#door = door
    this.#failed = failed
  }

  /** Watches what is to be read now, and nothing else. */
  async watchAll(): Promise<void> {
    // The relay watches so many for one connection; those that were replaced are the first to do without.
    const wanted = new Set((await allReadingKeys(this.#engine.state)).slice(0, maxWatched))
    const fresh = [...wanted].filter((key) => !this.#watched.has(key))
    const gone = [...this.#watched].filter((key) => !wanted.has(key))
    for (const key of gone) this.#watched.delete(key)
    for (const key of fresh) this.#watched.add(key)
    if (gone.length > 0) this.#door.unwatch(gone.map((key) => Uint8Array.fromHex(key)))
    if (fresh.length > 0) this.#door.watch(fresh.map((key) => Uint8Array.fromHex(key)))
  }

  connectionIs(state: ConnectionState): void {
    this.#isOnline = state === 'online'
    this.#stock()
    this.#engine.events.emit({ type: 'connection', state })
  }

  keysLow(): void {
    const { random } = this.#engine.device
    this.#stockIn(randomBetween(random, refillDelayMillis.min, refillDelayMillis.max))
  }

  /** What the bundle says besides keys is another: where requests go. */
  republish(): void {
    this.#isForced = true
    this.#stock()
  }

  async close(): Promise<void> {
    this.#over.abort()
    this.#timer?.cancel()
    await this.#stocking
  }

  #stockIn(millis: number): void {
    this.#timer?.cancel()
    this.#timer = this.#engine.device.clock.after(millis, () => this.#stock())
  }

  /** Without a connection nothing can be asked; the next one asks again. */
  #stock(): void {
    if (!this.#isOnline || this.#stocking !== undefined || this.#over.signal.aborted) return
    this.#stocking = this.#stockUp()
      .then(
        () => this.#stockIn(dayMillis),
        (error: unknown) => {
          if (this.#over.signal.aborted) return
          if (!isSottoError(error)) this.#failed(error)
          this.#stockIn(retryMillis)
        },
      )
      .finally(() => (this.#stocking = undefined))
  }

  async #stockUp(): Promise<void> {
    const { state, device } = this.#engine
    const { signal } = this.#over
    const left = await this.#door.keyCounts(signal)
    const chosen = await settings.get(state)
    const requests =
      chosen?.takesRequests === true
        ? addressOf(device, ownReadingKey(device, 'requests'))
        : undefined
    const force = this.#isForced
    this.#isForced = false
    const keys = await stockUp(state, device, left, { requests, force })
    if (keys === undefined) return
    await this.#door.publishKeys(keys, signal)
    await published(state)
  }
}
