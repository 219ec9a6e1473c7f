/**
 * @module Mailboxes in memory: for relays that must not remember, and the plainest telling of what the contract means.
 * Nothing survives the process; "durable" here means that the process holds it.
 */
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import {
  envelopeOverheadBytes,
  type Collected,
  type DepositLimits,
  type DepositOutcome,
  type Envelope,
  type FleetingLimits,
  type FleetingOutcome,
  type MailboxStore,
  type NewEnvelope,
  type Stored,
} from '#store/store.ts'

/** When all fleeting mailboxes are full, how often what expired is looked for in them. */
const sweepMillis = 1000

export class MemoryMailboxes implements MailboxStore {
  readonly #opened = new Set<MailboxId>()
  /** What waits; nothing where nothing does. */
  readonly #waiting = new Map<MailboxId, readonly Envelope[]>()
  #sequence = 0
  #count = 0
  #fleetingBytes = 0
  #sweptAtMillis = Number.NEGATIVE_INFINITY

  count(): number {
    return this.#count
  }

  async open(mailbox: MailboxId): Promise<void> {
    this.#opened.add(mailbox)
  }

  isOpen(mailbox: MailboxId): boolean {
    return this.#opened.has(mailbox)
  }

  async deposit(envelope: NewEnvelope, limits: DepositLimits): Promise<DepositOutcome> {
    if (!this.#opened.has(envelope.mailbox)) return { kind: 'unknown-mailbox' }
    if (this.#holds(envelope)) return { kind: 'duplicate' }
    const kept = keptBeside(this.#in(envelope.mailbox), envelope, limits)
    return kept === undefined ? { kind: 'mailbox-full' } : this.#put(envelope, kept)
  }

  async depositFleeting(envelope: NewEnvelope, limits: FleetingLimits): Promise<FleetingOutcome> {
    if (this.#holds(envelope)) return { kind: 'duplicate' }
    const excess = (): number =>
      this.#fleetingBytes + countedBytes([envelope]) - limits.maxTotalBytes
    if (excess() > 0) this.#sweepFleeting(envelope.acceptedAtMillis)
    const waiting = this.#in(envelope.mailbox)
    const kept = keptBeside(waiting, envelope, limits)
    if (kept === undefined) return { kind: 'mailbox-full' }
    if (excess() > countedBytes(waiting) - countedBytes(kept)) return { kind: 'storage-full' }
    return this.#put(envelope, kept)
  }

  #holds({ mailbox, id, idMayRepeat }: NewEnvelope): boolean {
    return idMayRepeat && this.#in(mailbox).some((other) => sameBytes(other.id, id))
  }

  #put(envelope: NewEnvelope, kept: readonly Envelope[]): Stored {
    const waiting = this.#in(envelope.mailbox)
    const previous = waiting.at(-1)?.sequence ?? 0
    const sequence = ++this.#sequence
    const { mailbox, id, kind, sender, body, acceptedAtMillis, expiresAtMillis } = envelope
    // Copies: the caller's buffers are the caller's.
    const stored: Envelope = {
      mailbox,
      id: Uint8Array.from(id) as EnvelopeId,
      kind,
      sender: sender && Uint8Array.from(sender),
      body: Uint8Array.from(body),
      acceptedAtMillis,
      expiresAtMillis,
      sequence,
    }
    this.#replace(mailbox, [...kept, stored])
    return { kind: 'stored', sequence, previous, evicted: waiting.length - kept.length }
  }

  #sweepFleeting(nowMillis: number): void {
    if (Math.abs(nowMillis - this.#sweptAtMillis) < sweepMillis) return
    this.#sweptAtMillis = nowMillis
    for (const mailbox of this.#waiting.keys()) {
      if (!this.#opened.has(mailbox)) this.#removeExpired(mailbox, nowMillis)
    }
  }

  async collect(
    mailbox: MailboxId,
    query: {
      readonly after: number
      readonly maxEnvelopes: number
      readonly maxBytes: number
      readonly nowMillis: number
    },
  ): Promise<Collected> {
    const waiting = this.#in(mailbox).filter(
      (envelope) => envelope.sequence > query.after && envelope.expiresAtMillis > query.nowMillis,
    )
    const envelopes: Envelope[] = []
    let bytes = 0
    for (const envelope of waiting) {
      if (envelopes.length === query.maxEnvelopes) break
      if (envelopes.length > 0 && bytes + envelope.body.length > query.maxBytes) break
      envelopes.push(envelope)
      bytes += envelope.body.length
    }
    return {
      envelopes,
      more: envelopes.length < waiting.length,
      damaged: 0,
      cursor: envelopes.at(-1)?.sequence ?? query.after,
    }
  }

  async acknowledge(mailbox: MailboxId, ids: readonly EnvelopeId[]): Promise<number> {
    return this.#removeWhere(mailbox, (envelope) => ids.some((id) => sameBytes(id, envelope.id)))
  }

  async purge(mailbox: MailboxId): Promise<number> {
    return this.purgeNow(mailbox)
  }

  /** In the same turn, for a takeover, which is one step with it. */
  purgeNow(mailbox: MailboxId): number {
    return this.#removeWhere(mailbox, () => true)
  }

  async expire(nowMillis: number, limit: number): Promise<number> {
    let removed = 0
    for (const mailbox of this.#waiting.keys()) {
      if (removed >= limit) break
      removed += this.#removeExpired(mailbox, nowMillis)
    }
    return removed
  }

  #removeExpired(mailbox: MailboxId, nowMillis: number): number {
    return this.#removeWhere(mailbox, (envelope) => envelope.expiresAtMillis <= nowMillis)
  }

  #removeWhere(mailbox: MailboxId, goes: (envelope: Envelope) => boolean): number {
    const waiting = this.#in(mailbox)
    const kept = waiting.filter((envelope) => !goes(envelope))
    if (kept.length < waiting.length) this.#replace(mailbox, kept)
    return waiting.length - kept.length
  }

  #in(mailbox: MailboxId): readonly Envelope[] {
    return this.#waiting.get(mailbox) ?? nothing
  }

  #replace(mailbox: MailboxId, envelopes: readonly Envelope[]): void {
    const before = this.#in(mailbox)
    this.#count += envelopes.length - before.length
    if (!this.#opened.has(mailbox)) {
      this.#fleetingBytes += countedBytes(envelopes) - countedBytes(before)
    }
    if (envelopes.length === 0) this.#waiting.delete(mailbox)
    else this.#waiting.set(mailbox, envelopes)
  }
}

const nothing: readonly Envelope[] = []

/** What the bound over all fleeting mailboxes counts. */
function countedBytes(envelopes: readonly Pick<Envelope, 'body'>[]): number {
  return envelopes.reduce((sum, { body }) => sum + body.length + envelopeOverheadBytes, 0)
}

/** What stays when the new envelope comes; undefined when it does not fit. Expired ones make room first. */
function keptBeside(
  waiting: readonly Envelope[],
  envelope: NewEnvelope,
  limits: DepositLimits,
): readonly Envelope[] | undefined {
  const fits = (kept: readonly Envelope[]): boolean =>
    kept.length < limits.maxEnvelopes &&
    kept.reduce((sum, other) => sum + other.body.length, envelope.body.length) <= limits.maxBytes
  if (fits(waiting)) return waiting
  let kept: readonly Envelope[] = waiting.filter(
    (other) => other.expiresAtMillis > envelope.acceptedAtMillis,
  )
  if (limits.whenFull === 'drop-oldest') while (kept.length > 0 && !fits(kept)) kept = kept.slice(1)
  return fits(kept) ? kept : undefined
}

/** The caller's buffers are the caller's. */
export function copyOf<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  // The same bytes are the same id.
  return Uint8Array.from(bytes) as Uint8Array as Bytes
}

export function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
