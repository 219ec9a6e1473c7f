/**
 * @module Mailboxes in SQLite, on the relay's thread. The tables are written by the writing thread alone
 * (`mailbox-writes.ts`); here is an index of what waits, in memory, sequence numbers are given out, and bodies are read
 * by their sequence over a connection of its own.
 *
 * A deposit enters the index when it is submitted and becomes visible when its commit is reported; commits are
 * reported in order, so "visible" is one number: everything up to `#committed`. A removal leaves the index when it is
 * submitted and comes back if it could not be written.
 */
import type { EnvelopeId, MailboxId } from '@sotto/wire'
import {
  StoreError,
  type Collected,
  type DepositLimits,
  type DepositOutcome,
  type Envelope,
  type MailboxStore,
  type NewEnvelope,
} from '#store/store.ts'
import { callOperation, checksumOf, type DepositRecord } from '#store/sqlite/batch.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import { addressOf } from '#store/sqlite/mailbox-writes.ts'
import { PendingQueue, tagOf, type Entry } from '#store/sqlite/pending-queue.ts'
import type { Writer } from '#store/sqlite/writer.ts'

/** Sequence numbers are reserved this many at a time, so that none is used twice after everything was removed. */
const reservedAhead = 1_048_576

/** So many envelopes go at most to make room for one. */
const maxEvicted = 8192

/** More than what a deposit's header, id, sender and evicted sequences take. */
const depositOverheadBytes = 8 * maxEvicted + 1024

/** Sequences to one removal. */
const maxRemoved = 100_000

/** Mailboxes whose number is kept in memory. */
const maxKnownMailboxes = 65_536

interface EnvelopeRow {
  readonly id: Uint8Array
  readonly kind: number
  readonly sender: Uint8Array | null
  readonly body: Uint8Array
  readonly accepted_at: number
  readonly checksum: number
}

interface InboxRow {
  readonly sequence: number
  readonly mailbox: number
  readonly tag: number
  readonly expires_at: number
  readonly bytes: number
}

export class SqliteMailboxes implements MailboxStore {
  readonly #writer: Writer
  readonly #selectNumber: Statement<{ number: number }>
  readonly #selectEnvelope: Statement<EnvelopeRow>
  readonly #queues = new Map<number, PendingQueue>()
  readonly #numbersByMailbox = new Map<MailboxId, number>()
  #count = 0
  #nextSequence = 1
  #reserved = 0
  #committed = 0
  #expirySweep: Iterator<[number, PendingQueue]> | undefined

  private constructor(writer: Writer, reader: Connection) {
    this.#writer = writer
    this.#selectNumber = reader.prepare('SELECT number FROM mailbox WHERE address = ?')
    this.#selectEnvelope = reader.prepare(
      'SELECT id, kind, sender, body, accepted_at, checksum FROM envelope WHERE sequence = ?',
    )
  }

  /** Reads the narrow table whole: about 0.3 s for a million waiting envelopes. */
  static load(writer: Writer, reader: Connection): SqliteMailboxes {
    const mailboxes = new SqliteMailboxes(writer, reader)
    const rows = reader.prepare<InboxRow>(
      'SELECT sequence, mailbox, tag, expires_at, bytes FROM inbox ORDER BY sequence',
    )
    for (const row of rows.iterate()) {
      mailboxes.#add(row.mailbox, {
        sequence: row.sequence,
        tag: row.tag,
        expiresAtMillis: row.expires_at,
        bytes: row.bytes,
      })
      mailboxes.#committed = row.sequence
    }
    const reserved = reader
      .prepare<{ sequence: number }>('SELECT sequence FROM reservation')
      .get()?.sequence
    mailboxes.#reserved = reserved ?? 0
    mailboxes.#nextSequence = Math.max(mailboxes.#committed, mailboxes.#reserved) + 1
    return mailboxes
  }

  count(): number {
    return this.#count
  }

  async open(mailbox: MailboxId): Promise<void> {
    if (this.numberOf(mailbox) !== undefined) return
    await this.#writer.call('mailboxes.open', mailbox)
  }

  deposit(envelope: NewEnvelope, limits: DepositLimits): Promise<DepositOutcome> {
    return envelope.idMayRepeat
      ? this.#depositOnce(envelope, limits)
      : this.#depositNow(envelope, limits)
  }

  async #depositOnce(envelope: NewEnvelope, limits: DepositLimits): Promise<DepositOutcome> {
    for (;;) {
      const twin = this.#findTwin(envelope)
      if (twin === 'stored') return { kind: 'duplicate' }
      if (twin === 'none') return this.#depositNow(envelope, limits)
      await this.#writer.nextCommit()
    }
  }

  /** Everything up to the hand-over happens in this turn, so that nothing can come in between. */
  #depositNow(envelope: NewEnvelope, limits: DepositLimits): Promise<DepositOutcome> {
    const { id, sender, body, kind, acceptedAtMillis, expiresAtMillis } = envelope
    const mailbox = this.numberOf(envelope.mailbox)
    if (mailbox === undefined) return Promise.resolve({ kind: 'unknown-mailbox' })
    const bytes = body.length
    const queue = this.#queues.get(mailbox)
    const evicted = roomFor(queue, bytes, limits, acceptedAtMillis)
    if (evicted === undefined) return Promise.resolve({ kind: 'mailbox-full' })
    return new Promise((resolve, reject) => {
      this.#writer.admit(bytes + depositOverheadBytes)
      const previous = queue?.lastSequence ?? 0
      for (const entry of evicted) this.#remove(mailbox, entry.sequence)
      const sequence = this.#giveSequence()
      this.#add(mailbox, { sequence, tag: tagOf(id), expiresAtMillis, bytes })
      this.#writer.enter(
        {
          kind: 'deposit',
          record: { sequence, mailbox, acceptedAtMillis, expiresAtMillis, kind, id, sender, body },
          evicted: evicted.map((entry) => entry.sequence),
        },
        {
          done: () => {
            this.#committed = Math.max(this.#committed, sequence)
            resolve({ kind: 'stored', sequence, previous, evicted: evicted.length })
          },
          failed: (error) => {
            this.#remove(mailbox, sequence)
            this.#putBack(mailbox, evicted)
            this.#committed = Math.max(this.#committed, sequence)
            reject(error)
          },
        },
      )
    })
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
    const envelopes: Envelope[] = []
    let damaged = 0
    let cursor = query.after
    let bytes = 0
    const number = this.numberOf(mailbox)
    const queue = number === undefined ? undefined : this.#queues.get(number)
    if (number === undefined || queue === undefined) {
      return { envelopes, more: false, damaged, cursor }
    }
    let index = queue.indexAfter(query.after)
    for (; index < queue.length; index++) {
      const entry = queue.at(index)
      if (entry.sequence > this.#committed) break
      if (envelopes.length === query.maxEnvelopes) break
      if (envelopes.length > 0 && bytes + entry.bytes > query.maxBytes) break
      cursor = entry.sequence
      if (entry.expiresAtMillis <= query.nowMillis) continue
      const envelope = this.#read(mailbox, number, entry)
      if (envelope === undefined) damaged++
      else {
        envelopes.push(envelope)
        bytes += entry.bytes
      }
    }
    const more = index < queue.length && queue.at(index).sequence <= this.#committed
    return { envelopes, more, damaged, cursor }
  }

  async acknowledge(mailbox: MailboxId, ids: readonly EnvelopeId[]): Promise<number> {
    const number = this.numberOf(mailbox)
    const queue = number === undefined ? undefined : this.#queues.get(number)
    if (number === undefined || queue === undefined) return 0
    const taken: Entry[] = []
    for (const id of ids) {
      const index = queue.indexOfTag(tagOf(id))
      if (index < 0) continue
      const entry = queue.at(index)
      // What is not committed was never delivered, so that its id can only be a guess.
      if (entry.sequence > this.#committed) continue
      this.#remove(number, entry.sequence)
      taken.push(entry)
    }
    await this.#removeRows(number, taken)
    return taken.length
  }

  async purge(mailbox: MailboxId): Promise<number> {
    const number = this.numberOf(mailbox)
    if (number === undefined) return 0
    const taken = this.entries(number)
    this.forget(number, taken)
    await this.#removeRows(number, taken)
    return taken.length
  }

  async expire(nowMillis: number, limit: number): Promise<number> {
    this.#expirySweep ??= this.#queues.entries()
    let removed = 0
    while (removed < limit) {
      const next = this.#expirySweep.next()
      if (next.done === true) {
        this.#expirySweep = undefined
        break
      }
      const [number, queue] = next.value
      if (queue.earliestExpiryMillis > nowMillis) continue
      const expired = expiredEntries(queue, nowMillis).filter(
        (entry) => entry.sequence <= this.#committed,
      )
      this.forget(number, expired)
      await this.#removeRows(number, expired)
      removed += expired.length
    }
    return removed
  }

  // What prekeys.ts needs to purge a mailbox in the transaction that replaces its owner's keys.

  numberOf(mailbox: MailboxId): number | undefined {
    const known = this.#numbersByMailbox.get(mailbox)
    if (known !== undefined) return known
    const number = this.#selectNumber.get(addressOf(mailbox))?.number
    if (number === undefined) return undefined
    if (this.#numbersByMailbox.size >= maxKnownMailboxes) {
      for (const oldest of this.#numbersByMailbox.keys()) {
        this.#numbersByMailbox.delete(oldest)
        break
      }
    }
    this.#numbersByMailbox.set(mailbox, number)
    return number
  }

  /** Everything that waits, what is being committed included. */
  entries(number: number): readonly Entry[] {
    const queue = this.#queues.get(number)
    return queue === undefined ? [] : Array.from({ length: queue.length }, (_, i) => queue.at(i))
  }

  /** Takes entries out of the index. Their rows are the caller's business. */
  forget(number: number, entries: readonly Entry[]): void {
    for (const entry of entries) this.#remove(number, entry.sequence)
  }

  #findTwin({ mailbox, id }: NewEnvelope): 'none' | 'stored' | 'under-way' {
    const number = this.numberOf(mailbox)
    const queue = number === undefined ? undefined : this.#queues.get(number)
    if (queue === undefined) return 'none'
    const tag = tagOf(id)
    for (let i = queue.indexOfTag(tag); i >= 0; i = queue.indexOfTag(tag, i + 1)) {
      const { sequence } = queue.at(i)
      if (sequence > this.#committed) return 'under-way'
      const stored = this.#selectEnvelope.get(sequence)?.id
      if (stored !== undefined && Buffer.compare(stored, id) === 0) return 'stored'
    }
    return 'none'
  }

  #read(mailbox: MailboxId, number: number, entry: Entry): Envelope | undefined {
    const row = this.#selectRow(entry.sequence)
    if (row === undefined) return undefined
    const record: DepositRecord = {
      sequence: entry.sequence,
      mailbox: number,
      acceptedAtMillis: row.accepted_at,
      expiresAtMillis: entry.expiresAtMillis,
      kind: row.kind,
      id: row.id,
      sender: row.sender ?? undefined,
      body: row.body,
    }
    if (checksumOf(record) !== row.checksum) return undefined
    // The checksum says that these are the bytes that were stored under this id.
    return { ...record, mailbox, id: row.id as EnvelopeId }
  }

  #selectRow(sequence: number): EnvelopeRow | undefined {
    try {
      return this.#selectEnvelope.get(sequence)
    } catch (cause) {
      if (cause instanceof Error && /malformed|corrupt/i.test(cause.message)) return undefined
      throw new StoreError('unusable', 'Cannot read envelope', { cause })
    }
  }

  async #removeRows(number: number, entries: readonly Entry[]): Promise<void> {
    if (entries.length === 0) return
    try {
      const sequences = entries.map((entry) => entry.sequence)
      for (let from = 0; from < sequences.length; from += maxRemoved) {
        const slice = sequences.slice(from, from + maxRemoved)
        await this.#writer.submit({ kind: 'remove', sequences: slice })
      }
    } catch (error) {
      this.#putBack(number, entries)
      throw error
    }
  }

  /** Entries whose removal failed wait again, unless their own deposit failed as well. */
  #putBack(number: number, entries: readonly Entry[]): void {
    for (const entry of entries) {
      if (this.#selectRow(entry.sequence) !== undefined) this.#add(number, entry)
    }
  }

  #add(number: number, entry: Entry): void {
    let queue = this.#queues.get(number)
    if (queue === undefined) {
      queue = new PendingQueue()
      this.#queues.set(number, queue)
    }
    queue.add(entry)
    this.#count++
  }

  #remove(number: number, sequence: number): void {
    const queue = this.#queues.get(number)
    const index = queue?.indexOf(sequence) ?? -1
    if (queue === undefined || index < 0) return
    queue.removeAt(index)
    this.#count--
    if (queue.length === 0) this.#queues.delete(number)
  }

  #giveSequence(): number {
    const sequence = this.#nextSequence++
    if (sequence > this.#reserved) {
      const reserved = sequence + reservedAhead
      this.#reserved = reserved
      // Committed with the deposit or before it. If it fails so does the deposit behind it, or the next one tries again.
      this.#writer
        .submit(callOperation({ program: 'mailboxes.reserve', input: reserved }))
        .catch(() => (this.#reserved = 0))
    }
    return sequence
  }
}

const nothing: readonly Entry[] = []

/** What must go so that `bytes` more fit; undefined when they do not fit. What is expired goes in any case. */
function roomFor(
  queue: PendingQueue | undefined,
  bytes: number,
  limits: DepositLimits,
  nowMillis: number,
): readonly Entry[] | undefined {
  if (queue === undefined) return bytes <= limits.maxBytes ? nothing : undefined
  let count = queue.length
  let held = queue.bytes
  const fits = (): boolean => count < limits.maxEnvelopes && held + bytes <= limits.maxBytes
  if (fits()) return nothing
  const evicted = expiredEntries(queue, nowMillis)
  count -= evicted.length
  for (const entry of evicted) held -= entry.bytes
  if (fits() && evicted.length <= maxEvicted) return evicted
  if (limits.whenFull === 'refuse') return undefined
  const expired = new Set(evicted.map((entry) => entry.sequence))
  for (let i = 0; i < queue.length && !fits(); i++) {
    const entry = queue.at(i)
    if (expired.has(entry.sequence)) continue
    evicted.push(entry)
    count--
    held -= entry.bytes
  }
  return fits() && evicted.length <= maxEvicted ? evicted : undefined
}

function expiredEntries(queue: PendingQueue, nowMillis: number): Entry[] {
  if (queue.earliestExpiryMillis > nowMillis) return []
  const expired: Entry[] = []
  for (let i = 0; i < queue.length; i++) {
    const entry = queue.at(i)
    if (entry.expiresAtMillis <= nowMillis) expired.push(entry)
  }
  return expired
}
