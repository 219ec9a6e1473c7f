/**
 * @module Channels at the relay: for each one loop that reads its records and then what was posted, writes down what the
 * user wants to stand in the chain, and posts what waits. Everything that it does is written before and after, so that it
 * can be cut off anywhere and goes on from there.
 */
import { changeChannel, channels } from '#channels/channel.ts'
import type { ChannelDoor } from '#channels/door.ts'
import { tellChanged } from '#channels/tell.ts'
import { tidyChannel } from '#channels/tidy.ts'
import type { Agenda, Visit, WishOutcome } from '#channels/visit.ts'
import { postWaiting, readPosts } from '#channels/visit-posts.ts'
import { createAtRelay, joinAtRelay, readRecords } from '#channels/visit-records.ts'
import { doChores, doWishes } from '#channels/visit-wishes.ts'
import { firstWish } from '#channels/wishes.ts'
import type { ChannelNeeds, Engine } from '#engine.ts'
import { isSottoError, SottoError } from '#errors.ts'
import { backoffMillis } from '#messages/backoff.ts'
import { sleep } from '#ports/clock.ts'
import type { HistoryMessage } from '#relay/live/requests.ts'

interface Loop {
  isRunning: boolean
  isWanted: boolean
  failures: number
  /** Ends the wait between tries. */
  hurry: AbortController
  readonly agenda: Agenda
  timer: { cancel(): void } | undefined
}

interface Hope {
  readonly channel: string
  readonly resolve: (outcome: WishOutcome) => void
}

/** Of what is pushed; what is beyond is in the history. */
const maxPushed = 1000

export class ChannelLine {
  readonly #engine: Engine
  readonly #door: () => ChannelDoor | undefined
  readonly #failed: (error: unknown) => void
  readonly #loops = new Map<string, Loop>()
  readonly #hopes = new Map<string, Hope>()
  readonly #running = new Set<Promise<void>>()
  readonly #over = new AbortController()
  /** The ids of conversations, by the ids that the relay knows. */
  readonly #ids = new Map<string, string>()

  constructor(
    engine: Engine,
    door: () => ChannelDoor | undefined,
    failed: (error: unknown) => void,
  ) {
    this.#engine = engine
    this.#door = door
    this.#failed = failed
  }

  async start(): Promise<void> {
    for (const { id } of await channels.all(this.#engine.state)) this.wake(id, { isBehind: true })
  }

  wake(id: string, { isBehind = false, ahead }: ChannelNeeds = {}): void {
    if (this.#over.signal.aborted || this.#door() === undefined) return
    const loop = this.#loopOf(id)
    loop.isWanted = true
    loop.agenda.needsRecords ||= isBehind || ahead !== undefined
    loop.agenda.ahead ??= ahead
    if (loop.isRunning) return
    loop.isRunning = true
    loop.timer?.cancel()
    const running = this.#run(id, loop).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** There is a connection: what was missed is asked for. */
  online(): void {
    for (const [id, loop] of this.#loops) {
      loop.failures = 0
      loop.agenda.needsHistory = true
      loop.agenda.pushed.clear()
      loop.hurry.abort()
      this.wake(id, { isBehind: true })
    }
  }

  /** Somebody has added a record, or we were put out: the records say so. */
  recordCame(channel: Uint8Array): void {
    const id = this.#ids.get(channel.toHex())
    if (id !== undefined) this.wake(id, { isBehind: true })
  }

  postCame(channel: Uint8Array, post: HistoryMessage): void {
    const id = this.#ids.get(channel.toHex())
    if (id === undefined) return
    const { pushed } = this.#loopOf(id).agenda
    if (pushed.size < maxPushed) pushed.set(post.id, post)
    this.wake(id)
  }

  /** Resolves when the wish stands in the chain, is refused, or has to wait. */
  fulfil(channel: string, wish: string): Promise<WishOutcome> {
    if (this.#over.signal.aborted || this.#door() === undefined) {
      return Promise.resolve({ kind: 'waits' })
    }
    const { promise, resolve } = Promise.withResolvers<WishOutcome>()
    this.#hopes.set(wish, { channel, resolve })
    this.wake(channel)
    return promise
  }

  async close(): Promise<void> {
    this.#over.abort(new SottoError('closed', 'Cannot go on: closed'))
    await Promise.all(this.#running)
    for (const loop of this.#loops.values()) loop.timer?.cancel()
    for (const wish of this.#hopes.keys()) this.#resolve(wish, { kind: 'waits' })
  }

  #loopOf(id: string): Loop {
    const found = this.#loops.get(id)
    if (found !== undefined) return found
    const agenda = { needsRecords: true, needsHistory: true, ahead: undefined, pushed: new Map() }
    const loop: Loop = {
      isRunning: false,
      isWanted: false,
      failures: 0,
      hurry: new AbortController(),
      agenda,
      timer: undefined,
    }
    this.#loops.set(id, loop)
    return loop
  }

  async #run(id: string, loop: Loop): Promise<void> {
    while (!this.#over.signal.aborted) {
      loop.isWanted = false
      try {
        await this.#advance(id, loop)
        loop.failures = 0
        if (!loop.isWanted) break
      } catch (error) {
        if (this.#over.signal.aborted) break
        if (!isSottoError(error)) this.#failed(error)
        this.#giveHopesUp(id)
        await this.#waitAfter(loop, error)
      }
    }
    loop.isRunning = false
  }

  async #waitAfter(loop: Loop, error: unknown): Promise<void> {
    const { random, clock } = this.#engine.device
    const known = isSottoError(error) ? error : undefined
    const millis = backoffMillis(random, loop.failures++, known)
    loop.hurry = new AbortController()
    const signal = AbortSignal.any([loop.hurry.signal, this.#over.signal])
    await sleep(clock, millis, signal).catch(() => {})
  }

  /** All that there is to do for one channel now. */
  async #advance(id: string, loop: Loop): Promise<void> {
    const { state } = this.#engine
    const channel = await channels.get(state, id)
    if (channel === undefined) {
      this.#loops.delete(id)
      return
    }
    this.#ids.set(channel.channel, id)
    try {
      await this.#visit(id, loop)
    } catch (error) {
      const code = isSottoError(error) ? error.code : undefined
      if (code !== 'not-a-member' && code !== 'not-found') throw error
      await this.#shutOut(id)
    }
    await this.#settleHopes(id, loop)
    const dueAtMillis = await state.change((work) => tidyChannel(work, this.#engine, id))
    this.#tidyAt(loop, id, dueAtMillis)
  }

  async #visit(id: string, { agenda }: Loop): Promise<void> {
    const door = this.#door()
    const { signal } = this.#over
    const stage = (await channels.get(this.#engine.state, id))?.stage
    if (door === undefined || stage === undefined) return
    const resolve: Visit['resolve'] = (wish, outcome) => this.#resolve(wish, outcome)
    const visit: Visit = { engine: this.#engine, door, id, agenda, signal, resolve }
    if (stage === 'left' || stage === 'removed') {
      await doChores(visit)
      return
    }
    if (stage === 'creating') await createAtRelay(visit)
    if (stage === 'joining' && !(await joinAtRelay(visit))) return
    if (agenda.needsRecords) await readRecords(visit)
    await doWishes(visit)
    await doChores(visit)
    await readPosts(visit)
    await postWaiting(visit)
  }

  /** The relay does not take us for a member. It may be wrong, or we missed why: keys are kept, and we ask again later. */
  async #shutOut(id: string): Promise<void> {
    await this.#engine.state.change(async (work) => {
      const channel = await channels.get(work, id)
      if (channel?.stage !== 'member') return
      await changeChannel(work, id, { stage: 'shut-out' })
      tellChanged(work, this.#engine, id)
    })
  }

  #tidyAt(loop: Loop, id: string, dueAtMillis: number | undefined): void {
    loop.timer?.cancel()
    if (dueAtMillis === undefined || this.#over.signal.aborted) return
    const { clock } = this.#engine.device
    loop.timer = clock.after(Math.max(0, dueAtMillis - clock.now()), () => this.wake(id))
  }

  // ---------------------------------------------------------------------------------------- what is hoped for

  #resolve(wish: string, outcome: WishOutcome): void {
    this.#hopes.get(wish)?.resolve(outcome)
    this.#hopes.delete(wish)
  }

  /** What waits no longer is done; what still waits cannot be done now. */
  async #settleHopes(id: string, { isWanted }: Loop): Promise<void> {
    const first = await firstWish(this.#engine.state, id)
    for (const [wish, { channel }] of this.#hopes) {
      if (channel !== id) continue
      const isDone = first === undefined || wish < first.id
      // It may have been wished when this round was past its turn.
      if (!isDone && isWanted) continue
      this.#resolve(wish, { kind: isDone ? 'done' : 'waits' })
    }
  }

  #giveHopesUp(id: string): void {
    for (const [wish, { channel }] of this.#hopes) {
      if (channel === id) this.#resolve(wish, { kind: 'waits' })
    }
  }
}
