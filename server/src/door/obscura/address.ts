/**
 * @module Where an Obscura user's envelopes wait. The name is hashed under this door's own label, so that no other
 * door can name the same mailbox, by accident or on purpose.
 */
import { hash } from 'node:crypto'
import type { AccountId, MailboxId } from '@sotto/wire'

const label = new TextEncoder().encode('sotto/mailbox/obscura/1')
const named = new Uint8Array(label.length + 16)
named.set(label)

/** SHA-256 over label and account id. */
export function mailboxOf(account: AccountId): MailboxId {
  named.set(account, label.length)
  // A SHA-256 digest has the 32 bytes of a mailbox id.
  return hash('sha256', named, 'hex') as MailboxId
}
