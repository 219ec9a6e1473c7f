/**
 * @module Mailboxes in SQLite, on the writing thread: what its batches do to the tables.
 */
import type { MailboxId } from '@sotto/wire'
import type { DepositRecord } from '#store/sqlite/batch.ts'
import type { Connection } from '#store/sqlite/driver.ts'
import { tagOf } from '#store/sqlite/pending-queue.ts'

export interface MailboxWrites {
  insert(record: DepositRecord, checksum: number): void
  remove(sequences: readonly number[]): void
  /** The number of a mailbox; makes it known when it is not. */
  open(mailbox: MailboxId): number
  numberOf(mailbox: MailboxId): number | undefined
  readonly programs: Readonly<Record<string, (input: never) => unknown>>
}

export function mailboxWrites(connection: Connection): MailboxWrites {
  const insertEnvelope = connection.prepare('INSERT INTO envelope VALUES (?, ?, ?, ?, ?, ?, ?)')
  const insertInbox = connection.prepare('INSERT INTO inbox VALUES (?, ?, ?, ?, ?, ?)')
  const removeEnvelope = connection.prepare('DELETE FROM envelope WHERE sequence = ?')
  const removeInbox = connection.prepare('DELETE FROM inbox WHERE sequence = ?')
  const selectNumber = connection.prepare<{ number: number }>(
    'SELECT number FROM mailbox WHERE address = ?',
  )
  const insertMailbox = connection.prepare<{ number: number }>(
    'INSERT INTO mailbox (address) VALUES (?) RETURNING number',
  )
  const reserve = connection.prepare('UPDATE reservation SET sequence = max(sequence, ?)')

  function numberOf(mailbox: MailboxId): number | undefined {
    return selectNumber.get(addressOf(mailbox))?.number
  }
  function open(mailbox: MailboxId): number {
    const number = numberOf(mailbox) ?? insertMailbox.get(addressOf(mailbox))?.number
    if (number === undefined) throw new TypeError('Cannot open mailbox: no row came back')
    return number
  }

  return {
    insert(record, checksum) {
      insertEnvelope.run(
        record.sequence,
        record.id,
        record.kind,
        record.sender ?? null,
        record.body,
        record.acceptedAtMillis,
        checksum,
      )
      insertInbox.run(
        record.sequence,
        record.mailbox,
        tagOf(record.id),
        record.expiresAtMillis,
        record.body.length,
        record.address ?? null,
      )
    },
    remove(sequences) {
      for (const sequence of sequences) {
        removeEnvelope.run(sequence)
        removeInbox.run(sequence)
      }
    },
    open,
    numberOf,
    programs: {
      'mailboxes.open': (mailbox: MailboxId) => open(mailbox),
      'mailboxes.reserve': (sequence: number) => reserve.run(sequence),
    },
  }
}

/** The 32 bytes of the column. */
export function addressOf(mailbox: MailboxId): Uint8Array {
  return Buffer.from(mailbox, 'hex')
}
