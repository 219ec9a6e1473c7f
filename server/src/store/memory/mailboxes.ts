/**
 * @module Mailboxes in memory: for relays that must not remember, and the plainest telling of what the contract means.
 * Nothing survives the process; "durable" here means that the process holds it.
 */
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import type {
  Collected,
  DepositLimits,
  DepositOutcome,
  Envelope,
  MailboxStore,
  NewEnvelope,
} from '#store/store.ts'

export class MemoryMailboxes implements MailboxStore {
  readonly #mailboxes = new Map<string, Envelope[]>()
  #sequence = 0
  #count = 0

  count(): number {
    return this.#count
  }

  async open(mailbox: MailboxId): Promise<void> {
    if (!this.#mailboxes.has(mailbox)) this.#mailboxes.set(mailbox, [])
  }

  isOpen(mailbox: MailboxId): boolean {
    return this.#mailboxes.has(mailbox)
  }

  async deposit(envelope: NewEnvelope, limits: DepositLimits): Promise<DepositOutcome> {
    const key = envelope.mailbox
    const waiting = this.#mailboxes.get(key)
    if (waiting === undefined) return { kind: 'unknown-mailbox' }
    if (envelope.idMayRepeat && waiting.some((other) => sameBytes(other.id, envelope.id))) {
      return { kind: 'duplicate' }
    }
    const kept = keptBeside(waiting, envelope, limits)
    if (kept === undefined) return { kind: 'mailbox-full' }
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
    this.#replace(key, [...kept, stored])
    return { kind: 'stored', sequence, previous, evicted: waiting.length - kept.length }
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
    const waiting = (this.#mailboxes.get(mailbox) ?? []).filter(
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
    for (const [key, waiting] of this.#mailboxes) {
      if (removed >= limit) break
      const kept = waiting.filter((envelope) => envelope.expiresAtMillis > nowMillis)
      removed += waiting.length - kept.length
      this.#replace(key, kept)
    }
    return removed
  }

  #removeWhere(mailbox: MailboxId, goes: (envelope: Envelope) => boolean): number {
    const waiting = this.#mailboxes.get(mailbox)
    if (waiting === undefined) return 0
    const kept = waiting.filter((envelope) => !goes(envelope))
    this.#replace(mailbox, kept)
    return waiting.length - kept.length
  }

  #replace(key: string, envelopes: Envelope[]): void {
    this.#count += envelopes.length - (this.#mailboxes.get(key)?.length ?? 0)
    this.#mailboxes.set(key, envelopes)
  }
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
