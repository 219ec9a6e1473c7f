/**
 * @module Where the envelopes of an oblivious mailbox wait: SHA-256 over a label and 32 bytes. There are two kinds, each
 * with a label of its own, so that what names one kind reaches nothing of the other.
 *
 * A token is its protocol's way: whoever knows it can deposit and can read. An address is our clients': whoever knows it can
 * deposit, and only the reading key that it was made from reads (`wire/src/live/addresses.ts`). The relay keeps the hash
 * alone.
 */
import { hash } from 'node:crypto'
import type { MailboxId } from '@sotto/wire'
import { addressBytes, addressLabel, addressMailboxLabel, readingKeyBytes } from '@sotto/wire/live'

export const tokenBytes = 32

const named = {
  token: roomFor('sotto/mailbox/vauchi/1', tokenBytes),
  readingKey: roomFor(addressLabel, readingKeyBytes),
  address: roomFor(addressMailboxLabel, addressBytes),
}

/** Of a token of 32 bytes. */
export function mailboxOfToken(token: Uint8Array): MailboxId {
  // A SHA-256 digest has the 32 bytes of a mailbox id.
  return hash('sha256', fill('token', token), 'hex') as MailboxId
}

/** Of an address of 32 bytes. */
export function mailboxOfAddress(address: Uint8Array): MailboxId {
  // As above.
  return hash('sha256', fill('address', address), 'hex') as MailboxId
}

/** What the owner of a reading key of 32 bytes gives away. */
export function addressOfKey(key: Uint8Array): Uint8Array {
  const address = new Uint8Array(hash('sha256', fill('readingKey', key), 'buffer'))
  // The room outlives the request, and the relay keeps no key.
  named.readingKey.bytes.fill(0, named.readingKey.at)
  return address
}

interface Room {
  readonly bytes: Uint8Array
  readonly at: number
}

/** A label, with room behind it: hashing takes no memory of its own. */
function roomFor(text: string, length: number): Room {
  const label = new TextEncoder().encode(text)
  const bytes = new Uint8Array(label.length + length)
  bytes.set(label)
  return { bytes, at: label.length }
}

function fill(kind: keyof typeof named, name: Uint8Array): Uint8Array {
  const { bytes, at } = named[kind]
  const needed = bytes.length - at
  if (name.length !== needed) {
    throw new RangeError(`Cannot name mailbox: ${kind} has ${name.length} bytes of ${needed}`)
  }
  bytes.set(name, at)
  return bytes
}
