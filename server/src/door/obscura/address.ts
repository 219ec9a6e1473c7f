/**
 * @module Where an Obscura user's envelopes wait. The name is hashed under this door's own label, so that no other
 * door can name the same mailbox, by accident or on purpose.
 */
import { hash } from 'node:crypto'
import { parseUuid, type AccountId, type MailboxId } from '@sotto/wire'

const label = new TextEncoder().encode('sotto/mailbox/obscura/1')
const named = new Uint8Array(label.length + 16)
named.set(label)

/** SHA-256 over label and account id. */
export function mailboxOf(account: AccountId): MailboxId {
  named.set(account, label.length)
  // A SHA-256 digest has the 32 bytes of a mailbox id.
  return hash('sha256', named, 'hex') as MailboxId
}

/** Texts whose mailbox is remembered: senders write to the same few people again and again. */
const maxRemembered = 8192
const mailboxesByText = new Map<string, MailboxId>()

/** The mailbox of the user whom a path names; undefined for what is not a user id. Whether they exist is not asked. */
export function mailboxNamed(userId: string): MailboxId | undefined {
  const remembered = mailboxesByText.get(userId)
  if (remembered !== undefined) return remembered
  const id = parseUuid(userId)
  if (id === undefined) return undefined
  const mailbox = mailboxOf(id as AccountId)
  if (mailboxesByText.size >= maxRemembered) mailboxesByText.clear()
  mailboxesByText.set(userId, mailbox)
  return mailbox
}
