/**
 * @module Sends what waits: for each contact one loop, in order. A letter is sealed when its turn comes, kept, and sent
 * until the relay has accepted it; between tries the loop waits longer and longer, or until the network is back. Nothing
 * is given up before its time but what can never be sent.
 */
import { readBundle } from '#cards/bundle.ts'
import { type Contact, contactOrPeer, recipientOf } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { isSottoError, SottoError } from '#errors.ts'
import { backoffMillis } from '#messages/backoff.ts'
import {
  bodyOf,
  contactsWithQueued,
  dequeue,
  isQueued,
  type Queued,
  queuedFor,
  sealFor,
} from '#messages/outbox.ts'
import { setStatus, type StatusChange } from '#messages/status.ts'
import type { SendManyOutcome } from '#relay/oblivious/outcomes.ts'
import type { ObliviousRelay } from '#relay/oblivious.ts'
import { sleep } from '#ports/clock.ts'
import { remoteAddress } from '#sessions/device.ts'
import { startSession } from '#sessions/encrypt-letter.ts'
import { isReadyToSend } from '#sessions/stored-session.ts'

/** A relay, seen by somebody who only leaves things there (`relay/oblivious.ts`). */
export type Deposits = Pick<ObliviousRelay, 'sendMany' | 'fetchKeys'>

/** Letters that are sealed in one write, and accepted in one. */
const batch = 48
/** A mailbox that stays full for so long is one that nobody reads. */
const givenUpMillis = 30 * 24 * 60 * 60 * 1000

type Progress = 'more' | 'done' | 'waits-for-user'

interface Loop {
  isRunning: boolean
  isWanted: boolean
  failures: number
  /** Ends the wait between tries. */
  hurry: AbortController
}

export class Sender {
  readonly #engine: Engine
  readonly #deposits: (relay: string) => Deposits
  readonly #loops = new Map<string, Loop>()
  readonly #running = new Set<Promise<void>>()
  readonly #over = new AbortController()
  readonly #failed: (error: unknown) => void

  constructor(
    engine: Engine,
    deposits: (relay: string) => Deposits,
    failed: (error: unknown) => void,
  ) {
    this.#engine = engine
    this.#deposits = deposits
    this.#failed = failed
  }

  /** Everything that waited when the profile was opened. */
  async start(): Promise<void> {
    const { state } = this.#engine
    for (const id of await contactsWithQueued(state)) {
      // What waits for a channel goes another way.
      if ((await contactOrPeer(state, id)) !== undefined) this.wake(id)
    }
  }

  wake(contact: string): void {
    if (this.#over.signal.aborted) return
    let loop = this.#loops.get(contact)
    if (loop === undefined) {
      loop = { isRunning: false, isWanted: false, failures: 0, hurry: new AbortController() }
      this.#loops.set(contact, loop)
    }
    loop.isWanted = true
    if (loop.isRunning) return
    loop.isRunning = true
    const running = this.#run(contact, loop).finally(() => this.#running.delete(running))
    this.#running.add(running)
  }

  /** The network is back: nobody waits any longer. */
  hurry(): void {
    for (const loop of this.#loops.values()) {
      loop.failures = 0
      loop.hurry.abort()
    }
  }

  async close(): Promise<void> {
    this.#over.abort(new SottoError('closed', 'Cannot send: closed'))
    await Promise.all(this.#running)
  }

  async #run(contact: string, loop: Loop): Promise<void> {
    while (!this.#over.signal.aborted) {
      loop.isWanted = false
      try {
        const progress = await this.#advance(contact)
        loop.failures = 0
        if (progress === 'more') continue
        if (!loop.isWanted) break
      } catch (error) {
        if (this.#over.signal.aborted) break
        if (!isSottoError(error)) this.#failed(error)
        await this.#waitAfter(loop, error)
      }
    }
    loop.isRunning = false
    this.#loops.delete(contact)
  }

  async #waitAfter(loop: Loop, error: unknown): Promise<void> {
    const { random, clock } = this.#engine.device
    const known = isSottoError(error) ? error : undefined
    const millis = backoffMillis(random, loop.failures++, known)
    loop.hurry = new AbortController()
    const signal = AbortSignal.any([loop.hurry.signal, this.#over.signal])
    await sleep(clock, millis, signal).catch(() => {})
  }

  /** One round for one contact: seal what is composed, or send what is sealed. */
  async #advance(id: string): Promise<Progress> {
    const { state } = this.#engine
    const queued = await queuedFor(state, id, batch)
    const [head] = queued
    if (head === undefined) return 'done'
    const contact = await contactOrPeer(state, id)
    if (contact === undefined || contact.isBlocked) {
      await this.#giveUp(queued, { status: 'failed', reason: 'blocked' })
      return 'more'
    }
    const late = queued.filter(({ entry }) => this.#isLate(entry.untilMillis))
    if (late.length > 0) {
      await this.#giveUp(late, { status: 'failed', reason: 'offline' })
      return 'more'
    }
    if (head.entry.stage === 'sealed') return this.#deposit(contact, queued)
    if (contact.changedIdentity !== undefined) {
      await this.#explain(contact, head, 'not-verified')
      return 'waits-for-user'
    }
    try {
      return await this.#sealAll(contact, queued)
    } catch (error) {
      if (isSottoError(error)) await this.#explain(contact, head, error.code)
      throw error
    }
  }

  async #sealAll(contact: Contact, queued: readonly Queued[]): Promise<Progress> {
    const { state, device } = this.#engine
    const recipient = recipientOf(device, contact)
    if (recipient === undefined) {
      await this.#giveUp(queued, { status: 'failed', reason: 'invalid-address' })
      return 'more'
    }
    if (!(await isReadyToSend(state, device, recipient.remote))) await this.#meet(contact)
    await state.change(async (work) => {
      // Somebody may have set the session aside in between: then the next round fetches keys.
      if (!(await isReadyToSend(work, device, recipient.remote))) return
      for (const each of queued) {
        if (each.entry.stage === 'sealed' || !(await isQueued(work, each))) continue
        const content = await bodyOf(work, each.id)
        if (content === undefined) continue
        await sealFor(work, device, contact, recipient, each, content)
      }
    })
    return 'more'
  }

  /** Fetches keys, checks them, and begins a session. */
  async #meet(contact: Contact): Promise<void> {
    const { state, device } = this.#engine
    const identity = Uint8Array.fromHex(contact.identity)
    const deposits = this.#deposits(contact.relay)
    const fetched = await deposits.fetchKeys(identity, this.#over.signal)
    if (fetched.kind === 'no-keys') {
      throw new SottoError('no-keys', 'Cannot begin a conversation: no keys are published')
    }
    const keys = readBundle(device.primitives, identity, fetched)
    if (keys === undefined) {
      throw new SottoError('bad-answer', 'Cannot begin a conversation: the keys are not theirs')
    }
    await state.change((work) =>
      startSession(work, device, remoteAddress(contact.identity), keys.bundle),
    )
  }

  /** As many as go together: sealed, to one address, in one request. */
  async #deposit(contact: Contact, queued: readonly Queued[]): Promise<Progress> {
    const { state } = this.#engine
    const [head] = queued
    const { address, relay } = head?.entry ?? {}
    if (head === undefined || address === undefined || relay === undefined) return 'done'
    const together: Queued[] = []
    const payloads: Uint8Array[] = []
    for (const each of queued) {
      const { entry } = each
      const isAlike = entry.address === address && entry.relay === relay
      const payload = isAlike && entry.stage === 'sealed' ? await bodyOf(state, each.id) : undefined
      if (payload === undefined) break
      together.push(each)
      payloads.push(payload)
    }
    if (together.length === 0) {
      await this.#giveUp([head], { status: 'failed', reason: 'profile-damaged' })
      return 'more'
    }
    const to = Uint8Array.fromHex(address)
    let outcome: SendManyOutcome
    try {
      outcome = await this.#deposits(relay).sendMany(to, payloads, this.#over.signal)
    } catch (error) {
      if (isSottoError(error) && error.code !== 'relay-busy' && !this.#over.signal.aborted) {
        await this.#explain(contact, head, error.code)
      }
      throw error
    }
    const { kind, accepted } = outcome
    if (accepted > 0) await this.#accepted(together.slice(0, accepted))
    const next = together[accepted]
    if (kind === 'rate') {
      const { retryAfterMillis } = outcome
      throw new SottoError('relay-busy', 'The relay takes no more now', { retryAfterMillis })
    }
    if (next === undefined) return 'more'
    if (kind === 'too-large') {
      await this.#giveUp([next], { status: 'failed', reason: 'message-too-long' })
    } else if (kind === 'mailbox-full') await this.#mailboxFull(contact, next)
    return 'more'
  }

  #isLate(untilMillis: number | undefined): boolean {
    return untilMillis !== undefined && untilMillis < this.#engine.device.clock.now()
  }

  async #accepted(queued: readonly Queued[]): Promise<void> {
    await this.#engine.state.change(async (work) => {
      for (const { id, entry } of queued) {
        dequeue(work, { id })
        await setStatus(work, this.#engine, entry.contact, entry.content, { status: 'accepted' })
      }
    })
  }

  async #mailboxFull(contact: Contact, queued: Queued): Promise<void> {
    const age = this.#engine.device.clock.now() - queued.entry.sinceMillis
    if (age > givenUpMillis) {
      await this.#giveUp([queued], { status: 'failed', reason: 'mailbox-full' })
      return
    }
    await this.#explain(contact, queued, 'mailbox-full')
    const retryAfterMillis = 60_000
    throw new SottoError('relay-busy', 'Cannot send: the mailbox is full', { retryAfterMillis })
  }

  /** Why it still waits. */
  async #explain(
    contact: Contact,
    { entry }: Queued,
    reason: StatusChange['reason'],
  ): Promise<void> {
    await this.#engine.state.change((work) =>
      setStatus(work, this.#engine, contact.id, entry.content, { status: 'queued', reason }),
    )
  }

  async #giveUp(queued: readonly Queued[], change: StatusChange): Promise<void> {
    await this.#engine.state.change(async (work) => {
      for (const { id, entry } of queued) {
        dequeue(work, { id })
        await setStatus(work, this.#engine, entry.contact, entry.content, change)
      }
    })
  }
}
