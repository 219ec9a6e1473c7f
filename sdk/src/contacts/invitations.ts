/**
 * @module Invitations: a link with a card and an address that was made for it. Whoever uses it first becomes a contact; it
 * is good for one person, and for a while.
 */
import type { ContentOf } from '@sotto/wire/content'
import { readInvitation, writeInvitation } from '#cards/invitation.ts'
import { type Contact, contactOfIdentity, putContact, settings } from '#contacts/contact.ts'
import { sayHello } from '#contacts/hello.ts'
import { addressOf, dropReadingKey, keepReadingKey, newReadingKey } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { addNotice } from '#messages/compose.ts'
import { conversations, newConversation } from '#messages/conversation.ts'
import { relayOrigin } from '#relay/relay-origin.ts'
import { remoteAddress } from '#sessions/device.ts'
import { setSessionAside } from '#sessions/stored-session.ts'
import { table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

/** A link that was given to somebody, and that nobody has used yet. */
export interface Invitation {
  readonly id: string
  readonly link: string
  /** 32 bytes in hex. */
  readonly readingKey: string
  readonly createdAtMillis: number
  readonly expiresAtMillis: number
  /** What the user will call whoever uses it. */
  readonly nickname?: string | undefined
}

const invitations = table<Invitation>('invitation')

const idBytes = 16
export const invitationMillis: number = 7 * 24 * 60 * 60 * 1000
/** What was written just before the end still comes in. */
const graceMillis = 24 * 60 * 60 * 1000
export const maxInvitations = 100

export async function createInvitation(
  work: Work,
  engine: Engine,
  options: {
    readonly lifeMillis?: number | undefined
    readonly nickname?: string | undefined
  } = {},
): Promise<Invitation> {
  const { device } = engine
  const chosen = await settings.get(work)
  if (chosen === undefined) throw new SottoError('not-found', 'Cannot invite: no relay is chosen')
  if ((await invitations.all(work)).length >= maxInvitations) {
    throw new SottoError(
      'invalid-argument',
      `Cannot invite: ${maxInvitations} invitations are open`,
    )
  }
  const now = device.clock.now()
  const expiresAtMillis = now + (options.lifeMillis ?? invitationMillis)
  const id = device.random(idBytes).toHex()
  const readingKey = newReadingKey(work, device, { kind: 'invitation', invitation: id })
  const link = writeInvitation(device.primitives, device.identity, {
    relay: chosen.relay,
    address: addressOf(device, Uint8Array.fromHex(readingKey)),
    name: chosen.name,
    issuedAtMillis: now,
    expiresAtMillis,
  })
  const invitation: Invitation = {
    id,
    link,
    readingKey,
    createdAtMillis: now,
    expiresAtMillis,
    nickname: options.nickname,
  }
  invitations.put(work, id, invitation)
  work.afterwards(() => engine.wakeUpkeep())
  return invitation
}

export async function openInvitations(reader: Reader): Promise<readonly Invitation[]> {
  return (await invitations.all(reader)).map(({ value }) => value)
}

export async function revokeInvitation(work: Work, engine: Engine, id: string): Promise<void> {
  const invitation = await invitations.get(work, id)
  if (invitation === undefined)
    throw new SottoError('not-found', 'Cannot revoke: no such invitation')
  drop(work, engine, invitation)
}

/** Those whose time is over, a day later. */
export async function dropExpiredInvitations(work: Work, engine: Engine): Promise<void> {
  const now = engine.device.clock.now()
  for (const { value } of await invitations.all(work)) {
    if (value.expiresAtMillis + graceMillis < now) drop(work, engine, value)
  }
}

function drop(work: Work, engine: Engine, { id, readingKey }: Invitation): void {
  invitations.delete(work, id)
  dropReadingKey(work, engine.device, readingKey)
  work.afterwards(() => engine.wakeUpkeep())
}

/** Who wrote this link becomes a contact; they hear of it when they are there. */
export async function acceptInvitation(work: Work, engine: Engine, link: string): Promise<Contact> {
  const { device } = engine
  const read = readInvitation(device.primitives, link, device.clock.now())
  if (read.kind === 'invalid') {
    throw new SottoError('invalid-invitation', 'Cannot accept: this is no invitation')
  }
  if (read.kind === 'expired') {
    throw new SottoError('invitation-expired', 'Cannot accept: the invitation has expired')
  }
  const { identity, relay, address, name } = read.card
  return meet(work, engine, { identity: identity.toHex(), relay, address: address.toHex(), name })
}

/** Somebody whose card was checked. Known ones stay who they are, and are written to at the new address. */
export async function meet(
  work: Work,
  engine: Engine,
  card: Pick<Contact, 'identity' | 'relay' | 'address' | 'name'>,
): Promise<Contact> {
  const { device } = engine
  if (card.identity === device.local.address.name) {
    throw new SottoError('is-self', 'Cannot accept: this is the own identity')
  }
  const relay = relayOrigin(card.relay)
  if (relay === undefined) {
    throw new SottoError('invalid-invitation', 'Cannot accept: the relay in it has no valid URL')
  }
  const known = await contactOfIdentity(work, device, card.identity)
  if (known?.isBlocked === true) {
    throw new SottoError('blocked', 'Cannot accept: this contact is blocked')
  }
  const contact =
    known === undefined
      ? newContact(work, engine, { ...card, relay, state: 'invited' })
      : ({
          ...known,
          relay,
          address: card.address,
          state: known.state === 'request' ? 'contact' : known.state,
        } as const)
  putContact(work, device, contact)
  // Whoever gives a card to somebody they know may have lost everything else.
  await setSessionAside(work, device, remoteAddress(contact.identity))
  await sayHello(work, engine, contact, { accepted: true })
  work.afterwards(() => {
    engine.events.emit({ type: 'contact-changed', contact })
    engine.wakeUpkeep()
  })
  return contact
}

/** With a key to read from them, and an empty conversation. */
export function newContact(
  work: Work,
  engine: Engine,
  of: Pick<Contact, 'identity' | 'relay' | 'address' | 'name' | 'state'> & Partial<Contact>,
): Contact {
  const { device } = engine
  const now = device.clock.now()
  const id = device.random(idBytes).toHex()
  const readingKey = of.readingKey ?? newReadingKey(work, device, { kind: 'contact', contact: id })
  const contact: Contact = {
    ...of,
    id,
    isBlocked: false,
    readingKey,
    readingKeySinceMillis: now,
    sinceMillis: now,
  }
  const conversation = newConversation(id, 'direct', now)
  conversations.put(work, id, conversation)
  work.afterwards(() => engine.events.emit({ type: 'conversation-changed', conversation }))
  return contact
}

/** Somebody has used an invitation of ours: its address is theirs from now on. */
export async function receiveAtInvitation(
  work: Work,
  engine: Engine,
  invitationId: string,
  identity: string,
  { card, sent_at }: ContentOf<'hello'>,
): Promise<Contact | undefined> {
  const { device } = engine
  const invitation = await invitations.get(work, invitationId)
  const relay = relayOrigin(card.relay)
  const now = device.clock.now()
  if (invitation === undefined || relay === undefined) return undefined
  if (invitation.expiresAtMillis + graceMillis < now) return undefined
  const address = card.address.toHex()
  const known = await contactOfIdentity(work, device, identity)
  if (known?.isBlocked === true) return undefined
  const { readingKey, nickname } = invitation
  const met = {
    relay,
    address,
    name: card.name,
    helloAtMillis: Math.min(sent_at, now),
    state: 'contact',
    readingKey,
  } as const
  const contact: Contact =
    known === undefined
      ? newContact(work, engine, { ...met, identity, nickname })
      : { ...known, ...met, readingKeySinceMillis: now, nickname: known.nickname ?? nickname }
  invitations.delete(work, invitationId)
  keepReadingKey(work, device, Uint8Array.fromHex(readingKey), {
    kind: 'contact',
    contact: contact.id,
  })
  putContact(work, device, contact)
  await addNotice(work, engine, contact.id, { kind: 'joined' }, identity, false)
  await sayHello(work, engine, contact, { accepted: true })
  work.afterwards(() => engine.events.emit({ type: 'contact-changed', contact }))
  return contact
}
