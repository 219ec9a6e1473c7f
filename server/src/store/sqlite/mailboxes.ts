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
  type FleetingLimits,
  type FleetingOutcome,
  type MailboxStore,
  type NewEnvelope,
  type Stored,
} from '#store/store.ts'
import { callOperation, checksumOf, fleeting, type DepositRecord } from '#store/sqlite/batch.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import { addressOf } from '#store/sqlite/mailbox-writes.ts'
import { PendingQueue, tagOf, type Entry } from '#store/sqlite/pending-queue.ts'
import { expiredEntries, maxEvicted, roomFor } from '#store/sqlite/room.ts'
import { countedBytes, Waiting, type Portion } from '#store/sqlite/waiting.ts'
import type { Writer } from '#store/sqlite/writer.ts'

/** Sequence numbers are reserved this many at a time, so that none is used twice after everything was removed. */
const reservedAhead = 1_048_576

/** More than what a deposit's header, address, id, sender and evicted sequences take. */
const depositOverheadBytes = 8 * maxEvicted + 1024

/** Sequences to one removal. */
const maxRemoved = 100_000

/** Opened mailboxes whose number is kept in memory. */
const maxKnownMailboxes = 65_536

/** When all fleeting mailboxes are full, how often what expired is looked for in them at most. */
const sweepMillis = 1000

// 64 digits, as of any mailbox; never looked for.
const nowhere = '0'.repeat(64) as MailboxId

/** What waits where nothing waits. */
const nothing = new PendingQueue(nowhere, fleeting)

interface EnvelopeRow {
  readonly id: Uint8Array
  readonly kind: number
  readonly sender: Uint8Array | null
  readonly body: Uint8Array
  readonly accepted_at: number
  readonly checksum: number
}

export class SqliteMailboxes implements MailboxStore {
  readonly #writer: Writer
  readonly #selectNumber: Statement<{ number: number }>
  readonly #selectEnvelope: Statement<EnvelopeRow>
  readonly #waiting = new Waiting()
  readonly #numbersByMailbox = new Map<MailboxId, number>()
  #nextSequence = 1
  #reserved = 0
  #committed = 0
  #expirySweep: Iterator<PendingQueue> | undefined
  /** Before this nothing fleeting expires, or it was looked for a moment ago. */
  #nextSweepMillis = Number.NEGATIVE_INFINITY

  private constructor(writer: Writer, reader: Connection) {
    this.#writer = writer
    this.#selectNumber = reader.prepare('SELECT number FROM mailbox WHERE address = ?')
    this.#selectEnvelope = reader.prepare(
      'SELECT id, kind, sender, body, accepted_at, checksum FROM envelope WHERE sequence = ?',
    )
  }

  static load(writer: Writer, reader: Connection): SqliteMailboxes {
    const mailboxes = new SqliteMailboxes(writer, reader)
    mailboxes.#committed = mailboxes.#waiting.load(reader)
    const reserved = reader
      .prepare<{ sequence: number }>('SELECT sequence FROM reservation')
      .get()?.sequence
    mailboxes.#reserved = reserved ?? 0
    mailboxes.#nextSequence = Math.max(mailboxes.#committed, mailboxes.#reserved) + 1
    return mailboxes
  }

  count(): number {
    return this.#waiting.count
  }

  async open(mailbox: MailboxId): Promise<void> {
    if (this.numberOf(mailbox) !== undefined) return
    await this.#writer.call('mailboxes.open', mailbox)
  }

  deposit(envelope: NewEnvelope, limits: DepositLimits): Promise<DepositOutcome> {
    return envelope.idMayRepeat
      ? this.#once(envelope, () => this.#depositNow(envelope, limits))
      : this.#depositNow(envelope, limits)
  }

  depositFleeting(envelope: NewEnvelope, limits: FleetingLimits): Promise<FleetingOutcome> {
    return envelope.idMayRepeat
      ? this.#once(envelope, () => this.#depositFleetingNow(envelope, limits))
      : this.#depositFleetingNow(envelope, limits)
  }

  async #once<Outcome>(
    envelope: NewEnvelope,
    deposit: () => Promise<Outcome>,
  ): Promise<Outcome | { readonly kind: 'duplicate' }> {
    for (;;) {
      const twin = this.#findTwin(envelope)
      if (twin === 'stored') return { kind: 'duplicate' }
      if (twin === 'none') return deposit()
      await this.#writer.nextCommit()
    }
  }

  // Everything up to the hand-over happens in one turn, so that nothing can come in between.

  #depositNow(envelope: NewEnvelope, limits: DepositLimits): Promise<DepositOutcome> {
    const queue = this.#waiting.in(envelope.mailbox)
    const number = queue?.mailbox || this.numberOf(envelope.mailbox)
    if (number === undefined) return Promise.resolve({ kind: 'unknown-mailbox' })
    const evicted = roomFor(queue, envelope, limits)
    if (evicted === undefined) return Promise.resolve({ kind: 'mailbox-full' })
    return this.#handOver(envelope, number, queue, evicted)
  }

  #depositFleetingNow(envelope: NewEnvelope, limits: FleetingLimits): Promise<FleetingOutcome> {
    const bytes = countedBytes({ bytes: envelope.body.length })
    const excess = (): number => this.#waiting.fleetingBytes + bytes - limits.maxTotalBytes
    if (excess() > 0) this.#sweepFleeting(envelope.acceptedAtMillis)
    const queue = this.#waiting.in(envelope.mailbox)
    const evicted = roomFor(queue, envelope, limits)
    if (evicted === undefined) return Promise.resolve({ kind: 'mailbox-full' })
    const freed = evicted.reduce((sum, entry) => sum + countedBytes(entry), 0)
    if (excess() > freed) return Promise.resolve({ kind: 'storage-full' })
    return this.#handOver(envelope, fleeting, queue, evicted)
  }

  #handOver(
    envelope: NewEnvelope,
    number: number,
    queue: PendingQueue | undefined,
    evicted: readonly Entry[],
  ): Promise<Stored> {
    const { mailbox, id, sender, body, kind, acceptedAtMillis, expiresAtMillis } = envelope
    const bytes = body.length
    return new Promise((resolve, reject) => {
      this.#writer.admit(bytes + depositOverheadBytes)
      const previous = queue?.lastSequence ?? 0
      const portion: Portion = { mailbox, number, entries: evicted }
      this.#waiting.removeAll(portion)
      const sequence = this.#giveSequence()
      this.#waiting.add(mailbox, number, { sequence, tag: tagOf(id), expiresAtMillis, bytes })
      if (number === fleeting) {
        this.#nextSweepMillis = Math.min(this.#nextSweepMillis, expiresAtMillis)
      }
      const record: DepositRecord = {
        sequence,
        mailbox: number,
        address: number === fleeting ? addressOf(mailbox) : undefined,
        acceptedAtMillis,
        expiresAtMillis,
        kind,
        id,
        sender,
        body,
      }
      this.#writer.enter(
        { kind: 'deposit', record, evicted: evicted.map((entry) => entry.sequence) },
        {
          done: () => {
            this.#committed = Math.max(this.#committed, sequence)
            resolve({ kind: 'stored', sequence, previous, evicted: evicted.length })
          },
          failed: (error) => {
            this.#waiting.remove(mailbox, sequence)
            this.#putBack(portion)
            this.#committed = Math.max(this.#committed, sequence)
            reject(error)
          },
        },
      )
    })
  }

  /** The room of what expired is there at once. */
  #sweepFleeting(nowMillis: number): void {
    if (nowMillis < this.#nextSweepMillis) return
    const expired: Portion[] = []
    let count = 0
    let earliestMillis = Number.POSITIVE_INFINITY
    for (const queue of this.#waiting.queues()) {
      if (queue.mailbox !== fleeting) continue
      if (queue.earliestExpiryMillis <= nowMillis && count < maxEvicted) {
        const portion = this.#expiredIn(queue, nowMillis)
        this.forget(portion)
        expired.push(portion)
        count += portion.entries.length
      }
      earliestMillis = Math.min(earliestMillis, queue.earliestExpiryMillis)
    }
    this.#nextSweepMillis = Math.max(earliestMillis, nowMillis + sweepMillis)
    this.#removeRows(expired).catch(() => {
      // It waits again, and the next sweep tries again.
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
    const queue = this.#waiting.in(mailbox) ?? nothing
    let index = queue.indexAfter(query.after)
    for (; index < queue.length; index++) {
      const entry = queue.at(index)
      if (entry.sequence > this.#committed) break
      if (envelopes.length === query.maxEnvelopes) break
      if (envelopes.length > 0 && bytes + entry.bytes > query.maxBytes) break
      cursor = entry.sequence
      if (entry.expiresAtMillis <= query.nowMillis) continue
      const envelope = this.#read(mailbox, queue.mailbox, entry)
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
    const own = this.#waiting.in(mailbox)
    // Where nothing waits another one is searched for nothing: otherwise time would tell.
    const queue = own ?? this.#waiting.near(mailbox) ?? nothing
    const entries: Entry[] = []
    for (const id of ids) {
      const index = queue.indexOfTag(tagOf(id))
      if (index < 0 || own === undefined) continue
      const entry = queue.at(index)
      // What is not committed was never delivered, so that its id can only be a guess.
      if (entry.sequence > this.#committed) continue
      this.#waiting.remove(mailbox, entry.sequence)
      entries.push(entry)
    }
    return entries.length === 0
      ? 0
      : this.#removeRows([{ mailbox, number: queue.mailbox, entries }])
  }

  async purge(mailbox: MailboxId): Promise<number> {
    const portion = this.allIn(mailbox)
    this.forget(portion)
    return this.#removeRows([portion])
  }

  async expire(nowMillis: number, limit: number): Promise<number> {
    this.#expirySweep ??= this.#waiting.queues()
    const expired: Portion[] = []
    let count = 0
    while (count < limit) {
      const next = this.#expirySweep.next()
      if (next.done === true) {
        this.#expirySweep = undefined
        break
      }
      const queue = next.value
      if (queue.earliestExpiryMillis > nowMillis) continue
      const portion = this.#expiredIn(queue, nowMillis)
      this.forget(portion)
      expired.push(portion)
      count += portion.entries.length
    }
    return this.#removeRows(expired)
  }

  // What prekeys.ts needs to purge a mailbox in the transaction that replaces its owner's keys.

  /** Of an opened mailbox. */
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
  allIn(mailbox: MailboxId): Portion {
    const queue = this.#waiting.in(mailbox)
    return { mailbox, number: queue?.mailbox ?? fleeting, entries: queue?.entries() ?? [] }
  }

  /** Takes it out of the index. Rows are the caller's business. */
  forget(portion: Portion): void {
    this.#waiting.removeAll(portion)
  }

  #findTwin({ mailbox, id }: NewEnvelope): 'none' | 'stored' | 'under-way' {
    const queue = this.#waiting.in(mailbox)
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
      address: number === fleeting ? addressOf(mailbox) : undefined,
      acceptedAtMillis: row.accepted_at,
      expiresAtMillis: entry.expiresAtMillis,
      kind: row.kind,
      id: row.id,
      sender: row.sender ?? undefined,
      body: row.body,
    }
    if (checksumOf(record) !== row.checksum) return undefined
    const { sequence, acceptedAtMillis, expiresAtMillis, kind, sender, body } = record
    // The checksum says that these are the bytes that were stored under this id.
    const id = row.id as EnvelopeId
    return { sequence, mailbox, id, kind, sender, body, acceptedAtMillis, expiresAtMillis }
  }

  #selectRow(sequence: number): EnvelopeRow | undefined {
    try {
      return this.#selectEnvelope.get(sequence)
    } catch (cause) {
      if (cause instanceof Error && /malformed|corrupt/i.test(cause.message)) return undefined
      throw new StoreError('unusable', 'Cannot read envelope', { cause })
    }
  }

  /** What expired and is on disk. */
  #expiredIn(queue: PendingQueue, nowMillis: number): Portion {
    const entries = expiredEntries(queue, nowMillis)
    return {
      mailbox: queue.address,
      number: queue.mailbox,
      entries: entries.filter((entry) => entry.sequence <= this.#committed),
    }
  }

  /** Of what has left the index. Resolves to how many went. */
  async #removeRows(portions: readonly Portion[]): Promise<number> {
    const sequences = portions.flatMap(({ entries }) => entries.map((entry) => entry.sequence))
    try {
      for (let from = 0; from < sequences.length; from += maxRemoved) {
        const slice = sequences.slice(from, from + maxRemoved)
        await this.#writer.submit({ kind: 'remove', sequences: slice })
      }
    } catch (error) {
      for (const portion of portions) this.#putBack(portion)
      throw error
    }
    return sequences.length
  }

  /** What could not be removed waits again, unless its own deposit failed as well. */
  #putBack({ mailbox, number, entries }: Portion): void {
    for (const entry of entries) {
      if (this.#selectRow(entry.sequence) !== undefined) this.#waiting.add(mailbox, number, entry)
    }
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
