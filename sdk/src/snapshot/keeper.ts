/**
 * @module Keeps the snapshot at the relay: written when contacts have changed, never more than once in ten minutes, and
 * again in time before a mailbox forgets. Whoever came back with the 24 words alone gets it back here.
 *
 * | when | what |
 * |---|---|
 * | a contact, or what goes with it, has changed | one is written, 1 to 10 minutes later |
 * | the last one is 20 to 30 days old | it is written again |
 * | one was written | the own mailbox is watched for a moment, and what is older goes |
 * | `keepsSnapshot` is switched off | all of them go |
 * | the profile was made of its words | the own mailbox is watched, and the newest whole one is put back |
 *
 * The relay sees that a mailbox is written to now and then, in few sizes, and when it is watched also whose it is. It
 * can hold back the newest one and hand out an older one, which brings back an older list of contacts.
 */
import { equalBytes } from '@sotto/primitives'
import { settings } from '#contacts/contact.ts'
import { dropReadingKey, keepReadingKey, ownReadingKey } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { isSottoError, SottoError } from '#errors.ts'
import type { ConnectionState } from '#events.ts'
import type { Deposits } from '#messages/sender.ts'
import { backoffMillis } from '#messages/backoff.ts'
import { randomBetween } from '#ports/clock.ts'
import { restored } from '#profile/restored.ts'
import { type Collector, collector, type WholeSnapshot } from '#snapshot/collector.ts'
import { gather } from '#snapshot/gather.ts'
import { openPart, sealPart, selfAddress, splitSnapshot } from '#snapshot/parts.ts'
import { putBack } from '#snapshot/put-back.ts'
import { readSnapshot } from '#snapshot/snapshot.ts'
import { cell } from '#state/table.ts'

export interface KeeperOptions {
  readonly engine: Engine
  /** To the own relay. */
  readonly deposits: () => Pick<Deposits, 'sendMany'>
  readonly acknowledge: (address: Uint8Array, ids: readonly Uint8Array[]) => void
  /** Settings came back. */
  readonly settingsChanged: () => Promise<void>
  readonly failed: (error: unknown) => void
}

interface Written {
  /** Of the last one that was written or taken here. */
  readonly counter: number
  /** Of the last one that was written here, in hex; absent when there is none. */
  readonly digest?: string | undefined
  readonly atMillis: number
  /** When it is written again though nothing has changed. */
  readonly againAtMillis: number
  /** Since something has changed: when the next one is written. */
  readonly dueAtMillis?: number | undefined
}

const written = cell<Written>('self', 'snapshot')

const minuteMillis = 60_000
const dayMillis = 24 * 60 * minuteMillis
const delayMillis = { min: minuteMillis, max: 10 * minuteMillis }
const pauseMillis = { min: 10 * minuteMillis, max: 15 * minuteMillis }
const againMillis = { min: 20 * dayMillis, max: 30 * dayMillis }

/** So long nothing has to come before it counts as all. */
const quietMillis = 10_000
/** The same, when what came is whole and nothing newer has begun. */
const quietWhenWholeMillis = 2_000
/** After this it is enough. */
const mostWatchedMillis = 2 * minuteMillis

export class SnapshotKeeper {
  readonly #options: KeeperOptions
  readonly #engine: Engine
  readonly #over = new AbortController()
  readonly #address: Uint8Array
  #collected: Collector
  #connection: ConnectionState = 'offline'
  #isChanged = false
  #isRestoring = false
  #arrivals = 0
  #failures = 0
  #wake: () => void = () => {}
  #stopFollowing: () => void = () => {}
  #running: Promise<void> | undefined
  #opening: Promise<void> = Promise.resolve()

  constructor(options: KeeperOptions) {
    this.#options = options
    this.#engine = options.engine
    this.#collected = collector(options.engine.device)
    this.#address = selfAddress(options.engine.device)
  }

  /** Before anything is watched. */
  async start(): Promise<void> {
    const { state, device } = this.#engine
    this.#isRestoring = (await restored.get(state))?.kind === 'phrase'
    // One that was watched when the program ended.
    await state.change(async (work) => {
      dropReadingKey(work, device, ownReadingKey(device, 'self').toHex())
    })
    this.#stopFollowing = state.follow((places) => {
      const isOurs = places.some(({ collection, id }) => {
        return collection === 'contact' || (collection === 'self' && id === 'settings')
      })
      if (isOurs) this.#changed()
    })
    this.#changed()
    this.#running = this.#run()
  }

  connectionIs(connection: ConnectionState): void {
    this.#connection = connection
    // What is not acknowledged comes again.
    if (connection === 'offline') this.#collected = collector(this.#engine.device)
    this.#wake()
  }

  /** Whether this is the own mailbox, where nobody else acknowledges anything. */
  isFor(address: Uint8Array): boolean {
    return equalBytes(address, this.#address)
  }

  /** An envelope of the own mailbox. What nobody of us has sealed is acknowledged. */
  received(id: Uint8Array, payload: Uint8Array): void {
    this.#opening = this.#opening
      .then(async () => {
        const part = await openPart(this.#engine.device, payload)
        if (part === undefined) this.#acknowledge([id])
        else this.#collected.add(id, part)
        this.#arrivals++
        this.#wake()
      })
      .catch(this.#options.failed)
  }

  async close(): Promise<void> {
    this.#over.abort(new SottoError('closed', 'The messenger is closed'))
    this.#stopFollowing()
    this.#wake()
    await this.#running
    await this.#opening
  }

  // ------------------------------------------------------------------------------------------ what is done, in order

  async #run(): Promise<void> {
    while (!this.#over.signal.aborted) {
      try {
        if (this.#isRestoring) await this.#restore()
        const dueAt = await this.#dueAt()
        if (this.#isChanged || !(await this.#waitUntil(dueAt))) continue
        await this.#online()
        await this.#writeOrRemove()
        this.#failures = 0
      } catch (error) {
        if (this.#over.signal.aborted) return
        if (!isSottoError(error)) this.#options.failed(error)
        this.#isChanged = true
        const { device } = this.#engine
        const known = isSottoError(error) ? error : undefined
        const millis = backoffMillis(device.random, 3 + this.#failures++, known)
        await this.#waitUntil(device.clock.now() + millis, { evenIfWoken: true }).catch(() => {})
      }
    }
  }

  /** When something has to be written. */
  async #dueAt(): Promise<number> {
    const { state, device } = this.#engine
    const isChanged = this.#isChanged
    this.#isChanged = false
    const now = device.clock.now()
    const known = await written.get(state)
    const isKept = (await settings.get(state))?.keepsSnapshot !== false
    if (!isKept) return known?.digest === undefined ? now + dayMillis : now
    const againAt = known?.againAtMillis ?? Number.POSITIVE_INFINITY
    if (!isChanged) return Math.min(known?.dueAtMillis ?? againAt, againAt, now + dayMillis)
    if (known?.dueAtMillis !== undefined) return known.dueAtMillis
    const { digest, contacts } = await this.#current()
    const isNew = known === undefined ? contacts > 0 : known.digest !== digest
    if (!isNew) return Math.min(againAt, now + dayMillis)
    const { random } = device
    const dueAtMillis = Math.max(
      now + randomBetween(random, delayMillis.min, delayMillis.max),
      (known?.atMillis ?? 0) + randomBetween(random, pauseMillis.min, pauseMillis.max),
    )
    await this.#note({ dueAtMillis })
    return dueAtMillis
  }

  async #writeOrRemove(): Promise<void> {
    const { state } = this.#engine
    if ((await settings.get(state))?.keepsSnapshot === false) return this.#remove()
    const now = this.#engine.device.clock.now()
    const known = await written.get(state)
    const { bytes, digest } = await this.#current()
    const isDue = (known?.againAtMillis ?? 0) <= now
    if (known?.digest === digest && !isDue) {
      await this.#note({ dueAtMillis: undefined })
      return
    }
    const isWritten = await this.#write(bytes, digest, known)
    // When there was no room, what should not be there goes.
    await this.#tidy(digest)
    if (isWritten) return
    throw new SottoError('relay-busy', 'Cannot keep the snapshot: its mailbox takes no more')
  }

  async #write(bytes: Uint8Array, digest: string, known: Written | undefined): Promise<boolean> {
    const { device } = this.#engine
    const now = device.clock.now()
    const counter = Math.max(now, (known?.counter ?? 0) + 1)
    const deposits = this.#options.deposits()
    for (const part of splitSnapshot(device, counter, bytes)) {
      const sealed = await sealPart(device, part)
      const outcome = await deposits.sendMany(this.#address, [sealed], this.#over.signal)
      if (outcome.kind === 'rate') {
        const { retryAfterMillis } = outcome
        throw new SottoError('relay-busy', 'The relay takes no more now', { retryAfterMillis })
      }
      if (outcome.accepted === 0) return false
    }
    await this.#note({
      counter,
      digest,
      atMillis: now,
      againAtMillis: now + randomBetween(device.random, againMillis.min, againMillis.max),
      dueAtMillis: undefined,
    })
    return true
  }

  /** What is older than the newest whole one goes. */
  async #tidy(own: string): Promise<void> {
    await this.#watch()
    const newest = this.#collected.newest()
    if (newest !== undefined) {
      // Whoever found nothing when they came back may find it now.
      const foreign = this.#collected.newest(own)
      if ((await restored.get(this.#engine.state))?.kind === 'phrase') await this.#take(foreign)
      await this.#note({ counter: newest.counter })
      this.#acknowledge(this.#collected.olderThan(newest))
    }
    await this.#unwatch()
  }

  async #remove(): Promise<void> {
    await this.#watch()
    this.#acknowledge(this.#collected.all())
    await this.#unwatch()
    await this.#note({ digest: undefined, dueAtMillis: undefined })
  }

  /** Nothing that is there is fine: it may turn up later. */
  async #restore(): Promise<void> {
    await this.#online()
    await this.#watch()
    const newest = this.#collected.newest()
    if (newest !== undefined) await this.#take(newest)
    await this.#unwatch()
    this.#isRestoring = false
    this.#changed()
  }

  async #take(whole: WholeSnapshot | undefined): Promise<void> {
    const { state } = this.#engine
    const snapshot = whole === undefined ? undefined : readSnapshot(whole.bytes)
    await state.change(async (work) => {
      if (snapshot !== undefined) await putBack(work, this.#engine, snapshot)
      restored.delete(work)
    })
    if (whole !== undefined) await this.#note({ counter: whole.counter })
    if (snapshot !== undefined) await this.#options.settingsChanged()
  }

  // ------------------------------------------------------------------------------------------ the own mailbox

  /** Until all of it seems to have come. */
  async #watch(): Promise<void> {
    const { state, device } = this.#engine
    this.#collected = collector(device)
    await state.change(async (work) => {
      keepReadingKey(work, device, ownReadingKey(device, 'self'), { kind: 'self' })
      work.afterwards(() => this.#engine.wakeUpkeep())
    })
    let endMillis = device.clock.now() + mostWatchedMillis
    for (;;) {
      if (this.#connection !== 'online') {
        await this.#online()
        // From the beginning: all of it comes again.
        endMillis = device.clock.now() + mostWatchedMillis
      }
      const seen = this.#arrivals
      const isWhole = this.#collected.newest() !== undefined && !this.#collected.isExpecting()
      const quietAt = device.clock.now() + (isWhole ? quietWhenWholeMillis : quietMillis)
      while (seen === this.#arrivals && this.#connection === 'online') {
        if (await this.#waitUntil(Math.min(quietAt, endMillis))) return
      }
      if (device.clock.now() >= endMillis) return
    }
  }

  async #unwatch(): Promise<void> {
    const { state, device } = this.#engine
    await state.change(async (work) => {
      dropReadingKey(work, device, ownReadingKey(device, 'self').toHex())
      work.afterwards(() => this.#engine.wakeUpkeep())
    })
    this.#collected = collector(device)
  }

  #acknowledge(ids: readonly Uint8Array[]): void {
    if (ids.length > 0) this.#options.acknowledge(this.#address, ids)
  }

  // ------------------------------------------------------------------------------------------ small things

  #changed(): void {
    this.#isChanged = true
    this.#wake()
  }

  async #current(): Promise<{
    readonly bytes: Uint8Array
    readonly digest: string
    readonly contacts: number
  }> {
    const { state, device } = this.#engine
    const { bytes, contacts } = await gather(state)
    return { bytes, contacts, digest: device.primitives.sha256(bytes).toHex() }
  }

  async #note(change: Partial<Written>): Promise<void> {
    await this.#engine.state.change(async (work) => {
      const before = (await written.get(work)) ?? {
        counter: 0,
        atMillis: 0,
        againAtMillis: Number.MAX_SAFE_INTEGER,
      }
      // Whoever hands out something older does not set it back.
      const counter = Math.max(before.counter, change.counter ?? 0)
      written.put(work, { ...before, ...change, counter })
    })
  }

  async #online(): Promise<void> {
    while (this.#connection !== 'online') {
      await this.#waitUntil(this.#engine.device.clock.now() + dayMillis)
    }
  }

  /** True when it is time; false when something has happened before, unless that does not count. */
  async #waitUntil(
    atMillis: number,
    { evenIfWoken = false }: { readonly evenIfWoken?: boolean } = {},
  ): Promise<boolean> {
    const { clock } = this.#engine.device
    for (;;) {
      this.#over.signal.throwIfAborted()
      const left = atMillis - clock.now()
      if (left <= 0) return true
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = clock.after(left, resolve)
      this.#wake = resolve
      await promise
      this.#wake = () => {}
      timer.cancel()
      if (!evenIfWoken && atMillis > clock.now()) {
        this.#over.signal.throwIfAborted()
        return false
      }
    }
  }
}
