/**
 * @module Where the envelopes of an oblivious mailbox wait: SHA-256 over this door's own label and the token. Whoever
 * knows the token can deposit and can watch; the relay keeps the hash alone.
 */
import { hash } from 'node:crypto'
import type { MailboxId } from '@sotto/wire'

const label = new TextEncoder().encode('sotto/mailbox/vauchi/1')

export const tokenBytes = 32

const named = new Uint8Array(label.length + tokenBytes)
named.set(label)

/** Of a token of 32 bytes. */
export function mailboxOfToken(token: Uint8Array): MailboxId {
  if (token.length !== tokenBytes) {
    throw new RangeError(`Cannot name mailbox: token has ${token.length} bytes of ${tokenBytes}`)
  }
  named.set(token, label.length)
  // A SHA-256 digest has the 32 bytes of a mailbox id.
  return hash('sha256', named, 'hex') as MailboxId
}
