/**
 * @module Every collection of a profile, and whether a backup takes it. A test holds this list against the sources.
 *
 * The order is the order of a backup. Ids that are keyed names (`Vault.keyedName`) mean nothing in another vault: such
 * records travel under the text that the name stands for, and get the new vault's name of it.
 */

/** 'as-it-is'; 'by-text': under the text of its keyed name; 'stays': it belongs to this installation, or is no data. */
export type InBackup = 'as-it-is' | 'by-text' | 'stays'

export interface Collection {
  readonly name: string
  readonly holds: string
  readonly backup: InBackup
}

export const collections: readonly Collection[] = [
  line('message', 'messages, by conversation and order', 'as-it-is'),
  line('message-place', 'where a message stands, by its id', 'as-it-is'),
  line('expiry', 'when messages disappear', 'as-it-is'),
  line('conversation', 'what a list of conversations shows', 'as-it-is'),
  line('contact', 'whom the user knows', 'as-it-is'),
  line('contact-by-identity', 'contacts, by who they are', 'by-text'),
  line('hello-said', 'when contacts were last told where to write', 'as-it-is'),
  line('invitation', 'open invitations', 'as-it-is'),
  line('reading-key', 'what is read, and for what', 'by-text'),
  line('outbox', 'what waits to be sent', 'as-it-is'),
  line('outbox-body', 'the bytes of what waits to be sent', 'as-it-is'),
  line('sent', 'what was sent lately, to be said again', 'as-it-is'),
  line('sent-digest', 'the same, by the id of the content', 'as-it-is'),
  line('receipt', 'receipts that are to be told', 'as-it-is'),
  line('receipt-due', 'when they are', 'as-it-is'),
  line('channel', 'channels, and how far they were read', 'as-it-is'),
  line('channel-chain', 'who is in them, as their records say', 'as-it-is'),
  line('channel-record', 'the hashes of these records', 'as-it-is'),
  line('channel-peer', 'by what name members are kept', 'as-it-is'),
  line('peer', 'members, as somebody to write to', 'as-it-is'),
  line('channel-wish', 'what is to stand in a chain', 'as-it-is'),
  line('channel-key', 'what hides posts of members', 'as-it-is'),
  line('sender-key', 'sender keys, of members and our own', 'as-it-is'),
  line('channel-waiting', 'posts that no key opens yet', 'as-it-is'),
  // A key that was set back would encrypt other posts with keys that are used: another one is drawn.
  line('channel-own-key', 'who has our sender keys', 'stays'),
  line('channel-sealed', 'posts that are encrypted', 'stays'),
  line('channel-letter', 'letters of whom the chain does not have yet', 'stays'),
  line('channel-asked', 'who was told that we lack their key', 'stays'),
  line('unreadable', 'what could not be read and is to be told', 'as-it-is'),
  line('session', 'the state of ratchets', 'by-text'),
  line('signed-prekey', 'own signed prekeys', 'as-it-is'),
  line('kyber-prekey', 'own Kyber prekeys', 'as-it-is'),
  line('one-time-prekey', 'own one-time prekeys', 'as-it-is'),
  line('base-key', 'what prekeys of last resort were used with', 'as-it-is'),
  // A journal that was set back would seal other bytes with nonces that are used.
  line('upload', 'uploads that are not finished', 'stays'),
  line('upload-piece', 'what of them the relay has', 'stays'),
  line('self', 'single values, below', 'as-it-is'),
  line('vault', 'the header of the vault', 'stays'),
]

/** Of the collection `self`, by id. */
export const selfRecords: readonly Collection[] = [
  line('identity', 'the seed of the identity, the registration id', 'stays'),
  line('settings', 'what the user has chosen', 'as-it-is'),
  line('next-prekey', 'the ids of the next prekeys', 'stays'),
  line('prekeys-published', 'whether the relay has our keys', 'stays'),
  line('restored', 'what the profile came back from', 'stays'),
  line('snapshot', 'the newest snapshot of contacts at the relay', 'as-it-is'),
  line('snapshot-unknown', 'what a snapshot of another version had', 'as-it-is'),
]

function line(name: string, holds: string, backup: InBackup): Collection {
  return { name, holds, backup }
}

const byName: ReadonlyMap<string, Collection> = new Map(
  collections.map((each) => [each.name, each]),
)
const bySelfId: ReadonlyMap<string, Collection> = new Map(
  selfRecords.map((each) => [each.name, each]),
)

/** Undefined for a place that nobody has told of here. */
export function inBackup(collection: string, id: string): InBackup | undefined {
  if (collection === 'self') return bySelfId.get(id)?.backup
  return byName.get(collection)?.backup
}
