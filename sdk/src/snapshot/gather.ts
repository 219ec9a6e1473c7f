/**
 * @module What goes into a snapshot. It depends on nothing that changes with every message: whoever sees it being written
 * learns that a contact came or changed, and not that somebody is writing.
 */
import { type Contact, contacts, settings } from '#contacts/contact.ts'
import { mostSnapshotBytes } from '#snapshot/parts.ts'
import { type KnownContact, type Unknown, writeSnapshot } from '#snapshot/snapshot.ts'
import { cell } from '#state/table.ts'
import type { Reader } from '#state/work.ts'

/** What a snapshot of another version had, to be written again. */
export const unknownMembers = cell<Unknown>('self', 'snapshot-unknown')

export interface Gathered {
  readonly bytes: Uint8Array
  readonly contacts: number
  /** Contacts that found no room. */
  readonly leftOut: number
}

export async function gather(
  reader: Reader,
  mostBytes: number = mostSnapshotBytes,
): Promise<Gathered> {
  const rows = await contacts.all(reader)
  const known = rows
    .map(({ value }) => value)
    .filter(({ state, isBlocked }) => state !== 'request' || isBlocked)
    .sort(byUse)
    .map(knownOf)
  const chosen = await settings.get(reader)
  const unknown = (await unknownMembers.get(reader)) ?? {}
  const snapshot = { contacts: known, settings: chosen ?? {}, unknown }
  return { ...writeSnapshot(snapshot, mostBytes), contacts: known.length }
}

/** Those that are missed least come last. */
function byUse(a: Contact, b: Contact): number {
  if (a.isBlocked !== b.isBlocked) return a.isBlocked ? 1 : -1
  if (a.sinceMillis !== b.sinceMillis) return b.sinceMillis - a.sinceMillis
  return a.identity < b.identity ? -1 : 1
}

function knownOf(contact: Contact): KnownContact {
  const { identity, isBlocked, relay, address, readingKey } = contact
  const { nickname, name, sinceMillis, verifiedAtMillis } = contact
  return {
    ...{ identity, isBlocked, relay, address, readingKey },
    ...{ nickname, name, sinceMillis, verifiedAtMillis },
    // A request that was blocked comes back as somebody who is blocked.
    state: contact.state === 'request' ? 'invited' : contact.state,
  }
}
