/**
 * @module Where the envelopes of a device wait that logs in at the live door: SHA-256 over this door's own label, the
 * identity and the device. No other door can name the same mailbox.
 */
import { hash } from 'node:crypto'
import type { IdentityKey, MailboxId } from '@sotto/wire'

const label = new TextEncoder().encode('sotto/mailbox/mobium/1')
const identityBytes = 32
const named = new Uint8Array(label.length + identityBytes + 1)
named.set(label)

/** Original clients know no devices: they are device 1. */
export const onlyDevice = 1

export function mailboxOf(identity: IdentityKey, device: number): MailboxId {
  named.set(identity, label.length)
  named[label.length + identityBytes] = device
  // A SHA-256 digest has the 32 bytes of a mailbox id.
  return hash('sha256', named, 'hex') as MailboxId
}

/** Undefined for bytes that no identity can have. */
export function parseIdentity(bytes: Uint8Array): IdentityKey | undefined {
  // Whether anybody has it is what the store knows.
  return bytes.length === identityBytes ? (bytes as IdentityKey) : undefined
}
