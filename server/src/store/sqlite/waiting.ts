/**
 * @module What waits in all mailboxes, in memory: nothing that waits is looked for on the disk, so that a mailbox without
 * mail is like one that nobody ever wrote to.
 */
import type { MailboxId } from '@sotto/wire'
import { fleeting } from '#store/sqlite/batch.ts'
import type { Connection } from '#store/sqlite/driver.ts'
import { MailboxTable } from '#store/sqlite/mailbox-table.ts'
import { PendingQueue, type Entry } from '#store/sqlite/pending-queue.ts'
import { envelopeOverheadBytes } from '#store/store.ts'

/** Entries of one mailbox, with what it takes to put them back. */
export interface Portion {
  readonly mailbox: MailboxId
  /** Or {@link fleeting}. */
  readonly number: number
  readonly entries: readonly Entry[]
}

interface InboxRow {
  readonly sequence: number
  readonly mailbox: number
  readonly tag: number
  readonly expires_at: number
  readonly bytes: number
  /** Empty for an opened mailbox. */
  readonly address: string
}

/** As a mailbox id has it. SQLite writes it in half the time that a runtime takes for bytes of its own. */
const addressAsText = 'lower(hex(address)) AS address'

export class Waiting {
  readonly #queues = new MailboxTable()
  #count = 0
  #fleetingBytes = 0

  /**
   * Reads the narrow table whole: about 0.3 s for a million waiting envelopes. Returns the last sequence in it, or 0.
   */
  load(reader: Connection): number {
    const mailboxesByNumber = openedThatHold(reader)
    const rows = reader.prepare<InboxRow>(
      `SELECT sequence, mailbox, tag, expires_at, bytes, ${addressAsText} FROM inbox ORDER BY sequence`,
    )
    let last = 0
    for (const row of rows.iterate()) {
      // The column holds what `addressOf` made of a mailbox id.
      const own = row.address === '' ? undefined : (row.address as MailboxId)
      const mailbox = own ?? mailboxesByNumber.get(row.mailbox) ?? nobody(row.mailbox)
      this.add(mailbox, row.mailbox, {
        sequence: row.sequence,
        tag: row.tag,
        expiresAtMillis: row.expires_at,
        bytes: row.bytes,
      })
      last = row.sequence
    }
    return last
  }

  /** In all mailboxes. */
  get count(): number {
    return this.#count
  }

  /** Of all fleeting mailboxes, as their bound counts them. */
  get fleetingBytes(): number {
    return this.#fleetingBytes
  }

  /** Undefined when nothing waits there. */
  in(mailbox: MailboxId): PendingQueue | undefined {
    return this.#queues.get(mailbox)
  }

  /** What waits in some other mailbox: to be looked at in place of nothing. */
  near(mailbox: MailboxId): PendingQueue | undefined {
    return this.#queues.near(mailbox)
  }

  queues(): Iterator<PendingQueue> & Iterable<PendingQueue> {
    return this.#queues.queues()
  }

  add(mailbox: MailboxId, number: number, entry: Entry): void {
    let queue = this.#queues.get(mailbox)
    if (queue === undefined) {
      queue = new PendingQueue(mailbox, number)
      this.#queues.add(queue)
    }
    queue.add(entry)
    this.#count++
    if (queue.mailbox === fleeting) this.#fleetingBytes += countedBytes(entry)
  }

  remove(mailbox: MailboxId, sequence: number): void {
    const queue = this.#queues.get(mailbox)
    const index = queue?.indexOf(sequence) ?? -1
    if (queue === undefined || index < 0) return
    const entry = queue.removeAt(index)
    this.#count--
    if (queue.mailbox === fleeting) this.#fleetingBytes -= countedBytes(entry)
    if (queue.length === 0) this.#queues.delete(queue)
  }

  removeAll({ mailbox, entries }: Portion): void {
    for (const { sequence } of entries) this.remove(mailbox, sequence)
  }
}

/** What the bound over all fleeting mailboxes counts. */
export function countedBytes({ bytes }: Pick<Entry, 'bytes'>): number {
  return bytes + envelopeOverheadBytes
}

/** The opened mailboxes in which something waits, by their numbers. */
function openedThatHold(reader: Connection): ReadonlyMap<number, MailboxId> {
  // As above.
  const rows = reader.prepare<{ number: number; address: MailboxId }>(
    `SELECT number, ${addressAsText} FROM mailbox WHERE number IN (SELECT mailbox FROM inbox)`,
  )
  return new Map(rows.all().map(({ number, address }) => [number, address]))
}

/** Where a row with a damaged number waits until it expires: no address is as short. */
function nobody(number: number): MailboxId {
  return String(number) as MailboxId
}
