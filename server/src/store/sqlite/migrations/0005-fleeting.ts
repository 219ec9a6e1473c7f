/**
 * @module Fleeting mailboxes: what waits in one stands under its address, and no row is left when nothing does.
 *
 * Before this step a mailbox of the oblivious door was opened like any other. Such mailboxes are those that belong to no
 * device, no bundle and no identity. What waits in them is moved, and they go.
 */
import { checksumOf, fleeting, type DepositRecord } from '#store/sqlite/batch.ts'
import type { Connection } from '#store/sqlite/driver.ts'

export const sql = `
ALTER TABLE inbox ADD COLUMN address BLOB;
`

interface MailboxRow {
  readonly number: number
  readonly address: Uint8Array
}

interface WaitingRow {
  readonly sequence: number
  readonly mailbox: number
  readonly expires_at: number
  readonly id: Uint8Array
  readonly kind: number
  readonly sender: Uint8Array | null
  readonly body: Uint8Array
  readonly accepted_at: number
  readonly checksum: number
}

export async function move(connection: Connection): Promise<void> {
  const mailboxes = await mailboxesOfNobody(connection)
  const selectSequences = connection.prepare<{ sequence: number }>(
    'SELECT sequence FROM inbox WHERE mailbox = ?',
  )
  const selectWaiting = connection.prepare<WaitingRow>(
    `SELECT e.*, i.mailbox, i.expires_at FROM envelope e JOIN inbox i USING (sequence)
     WHERE sequence = ?`,
  )
  const moveInbox = connection.prepare(
    'UPDATE inbox SET mailbox = ?, address = ? WHERE sequence = ?',
  )
  const setChecksum = connection.prepare('UPDATE envelope SET checksum = ? WHERE sequence = ?')
  const removeMailbox = connection.prepare('DELETE FROM mailbox WHERE number = ?')

  for (const { number, address } of mailboxes) {
    for (const { sequence } of selectSequences.all(number)) {
      const row = selectWaiting.get(sequence)
      moveInbox.run(fleeting, address, sequence)
      if (row !== undefined) setChecksum.run(movedChecksum(row, address), sequence)
    }
    removeMailbox.run(number)
  }
}

/** A record that was damaged before is damaged afterwards: the difference stays. */
function movedChecksum(row: WaitingRow, address: Uint8Array): number {
  const before: DepositRecord = {
    sequence: row.sequence,
    mailbox: row.mailbox,
    address: undefined,
    acceptedAtMillis: row.accepted_at,
    expiresAtMillis: row.expires_at,
    kind: row.kind,
    id: row.id,
    sender: row.sender ?? undefined,
    body: row.body,
  }
  const after: DepositRecord = { ...before, mailbox: fleeting, address }
  return (checksumOf(after) ^ checksumOf(before) ^ row.checksum) >>> 0
}

/** Those of the live door go by a hash that the identity's row does not have. */
async function mailboxesOfNobody(connection: Connection): Promise<readonly MailboxRow[]> {
  const unnamed = connection
    .prepare<MailboxRow>(
      `SELECT number, address FROM mailbox
       WHERE number NOT IN (SELECT mailbox FROM device UNION SELECT mailbox FROM bundle)`,
    )
    .all()
  if (unnamed.length === 0) return unnamed
  const byAddress = new Map(unnamed.map((row) => [hex(row.address), row]))
  const { hash } = await import('node:crypto')
  const identities = connection.prepare<{ key: Uint8Array }>('SELECT key FROM identity')
  for (const { key } of identities.iterate()) {
    for (let device = 1; device <= mostDevices; device++) {
      const named = Buffer.concat([Buffer.from(liveLabel), key, Uint8Array.of(device)])
      byAddress.delete(hash('sha256', named, 'hex'))
    }
  }
  return [...byAddress.values()]
}

/** As `door/mobium/address.ts` named mailboxes when this step was written. */
const liveLabel = 'sotto/mailbox/mobium/1'
const mostDevices = 127

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
