/**
 * @module Whom the user knows. A contact is an identity, where it reads, and what we read from it with; everything else
 * of it is known here alone. The conversation with a contact has the contact's id.
 */
import type { Recipient } from '#sessions/encrypt-letter.ts'
import { type Device, remoteAddress } from '#sessions/device.ts'
import { cell, table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

/**
 * 'invited': we have said hello and wait for their answer. 'request': they have written to us out of the blue, and wait
 * for ours. 'contact': both have said yes. 'peer': no contact, but a member of a channel of ours, to whom keys are written;
 * such entries have a table of their own.
 */
export type ContactState = 'invited' | 'request' | 'contact' | 'peer'

/** All texts of bytes are hex. */
export interface Contact {
  /** 16 random bytes, of this profile alone. */
  readonly id: string
  /** Ed25519, 32 bytes. */
  readonly identity: string
  readonly state: ContactState
  readonly isBlocked: boolean
  /** The origin of the relay where they read. */
  readonly relay: string
  /** Of the mailbox where they read what we write, 32 bytes. */
  readonly address: string
  /** What we read from them with, 32 bytes. */
  readonly readingKey: string
  readonly readingKeySinceMillis: number
  /** The user's own name for them. */
  readonly nickname?: string | undefined
  /** What they call themselves. */
  readonly name?: string | undefined
  readonly sinceMillis: number
  /** By their clock, when they last said where they read. */
  readonly helloAtMillis?: number | undefined
  /** When the user compared safety numbers, if so. */
  readonly verifiedAtMillis?: number | undefined
  /** Another identity writes where only this contact can. Nothing is sent until the user has decided. */
  readonly changedIdentity?: string | undefined
  /** When a session with them was last made anew because something could not be read. */
  readonly healedAtMillis?: number | undefined
}

export const contacts = table<Contact>('contact')
/** Members of channels, one entry for each channel that they are in. */
export const peers = table<Contact>('peer')
const byIdentity = table<string>('contact-by-identity')

export async function contactOfIdentity(
  reader: Reader,
  device: Pick<Device, 'hide'>,
  identity: string,
): Promise<Contact | undefined> {
  const id = await byIdentity.get(reader, device.hide(identityText(identity)))
  return id === undefined ? undefined : contacts.get(reader, id)
}

/** Whoever letters go to. */
export async function contactOrPeer(reader: Reader, id: string): Promise<Contact | undefined> {
  return (await contacts.get(reader, id)) ?? (await peers.get(reader, id))
}

export function putContact(work: Work, device: Pick<Device, 'hide'>, contact: Contact): void {
  if (contact.state === 'peer') {
    peers.put(work, contact.id, contact)
    return
  }
  contacts.put(work, contact.id, contact)
  byIdentity.put(work, device.hide(identityText(contact.identity)), contact.id)
}

export function deleteContact(work: Work, device: Pick<Device, 'hide'>, contact: Contact): void {
  contacts.delete(work, contact.id)
  byIdentity.delete(work, device.hide(identityText(contact.identity)))
}

/** What the id of a contact's entry by identity stands for. */
export function identityText(identity: string): string {
  return `identity/${identity}`
}

/** What the user sees. */
export function nameOf({ nickname, name, identity }: Contact): string {
  return nickname ?? name ?? identity.slice(0, 8)
}

/** Undefined when the identity is no point of the curve, which no card that was checked brings about. */
export function recipientOf(
  { signalKey }: Pick<Device, 'signalKey'>,
  { identity, address }: Contact,
): Recipient | undefined {
  const sealKey = signalKey(identity)
  if (sealKey === undefined) return undefined
  return { remote: remoteAddress(identity), sealKey, address: Uint8Array.fromHex(address) }
}

/** What the user has chosen. */
export interface Settings {
  /** The origin of the own relay. */
  readonly relay: string
  /** Whoever carries sealed requests there. */
  readonly forwarder?: string | undefined
  readonly mode: 'sealed' | 'direct'
  /** What contacts are told as our name. */
  readonly name?: string | undefined
  /** Whether strangers who have the address may write. */
  readonly takesRequests: boolean
  readonly sendsReadReceipts: boolean
  readonly sendsTyping: boolean
  /**
   * Whether who comes back with the 24 words alone finds their contacts: a sealed list at the relay (`snapshot/`). The relay
   * sees a mailbox that is written to when contacts change, in few sizes, and whose it is while it is read.
   */
  readonly keepsSnapshot: boolean
}

export const settings = cell<Settings>('self', 'settings')
