/**
 * @module What only the user can decide about a contact: what to call them, whether they are who they say, whether to hear
 * them at all.
 */
import { safetyNumber, type SafetyNumber, signalKeyOf } from '@sotto/signal'
import { type Contact, contacts, deleteContact, putContact } from '#contacts/contact.ts'
import { sayHello } from '#contacts/hello.ts'
import { dropReadingKeysOf, keepReadingKey, newReadingKey } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import type { Device } from '#sessions/device.ts'
import type { Work } from '#state/work.ts'

export async function contactNamed(work: Work, id: string): Promise<Contact> {
  const contact = await contacts.get(work, id)
  if (contact === undefined) throw new SottoError('not-found', 'Cannot find the contact')
  return contact
}

/** An empty one takes it away. */
export async function setNickname(
  work: Work,
  engine: Engine,
  id: string,
  nickname: string,
): Promise<Contact> {
  const contact = await contactNamed(work, id)
  const name = nickname.trim()
  if (name.length > 64)
    throw new SottoError(
      'invalid-argument',
      'Cannot set a nickname: it has more than 64 characters',
    )
  return put(work, engine, { ...contact, nickname: name === '' ? undefined : name })
}

export async function setVerified(
  work: Work,
  engine: Engine,
  id: string,
  isVerified: boolean,
): Promise<Contact> {
  const contact = await contactNamed(work, id)
  const verifiedAtMillis = isVerified ? engine.device.clock.now() : undefined
  return put(work, engine, { ...contact, verifiedAtMillis })
}

/** 60 digits that are the same on both sides, as long as nobody is between them. */
export function safetyNumberWith({ primitives, identity }: Device, contact: Contact): SafetyNumber {
  const theirs = Uint8Array.fromHex(contact.identity)
  const identityKey = signalKeyOf(primitives, theirs)
  if (identityKey === undefined)
    throw new SottoError('invalid-address', 'Cannot compare: the key is none')
  const own = identity.ed25519PublicKey
  return safetyNumber(
    primitives,
    { identityKey: identity.keyPair.publicKey, stableId: own },
    { identityKey, stableId: theirs },
  )
}

/** Nothing of theirs is read any more, and nothing is sent. They are not told. */
export async function block(work: Work, engine: Engine, id: string): Promise<Contact> {
  const contact = await contactNamed(work, id)
  if (contact.isBlocked) return contact
  await dropReadingKeysOf(work, engine.device, id)
  work.afterwards(() => {
    engine.wakeUpkeep()
    // What waits for them fails, and says why.
    engine.wakeSender(id)
  })
  return put(work, engine, { ...contact, isBlocked: true })
}

/** With a new address: what they wrote in between stays unread. */
export async function unblock(work: Work, engine: Engine, id: string): Promise<Contact> {
  const contact = await contactNamed(work, id)
  if (!contact.isBlocked) return contact
  const next = withNewKey(work, engine, { ...contact, isBlocked: false })
  if (next.state !== 'request') await sayHello(work, engine, next, { accepted: true })
  return put(work, engine, next)
}

const oldKeyMillis = 30 * 24 * 60 * 60 * 1000

/** They are told where to write from now on; for a month the old address is read as well. */
export async function renewAddress(work: Work, engine: Engine, id: string): Promise<Contact> {
  const contact = await contactNamed(work, id)
  const { device } = engine
  const untilMillis = device.clock.now() + oldKeyMillis
  keepReadingKey(
    work,
    device,
    Uint8Array.fromHex(contact.readingKey),
    { kind: 'contact', contact: id },
    untilMillis,
  )
  const next = withNewKey(work, engine, contact)
  await sayHello(work, engine, next, { accepted: true })
  return put(work, engine, next)
}

const dayMillis = 24 * 60 * 60 * 1000
/** Of one round, so that not all of them change at once. */
const renewedAtOnce = 3

/** Addresses are replaced after a month and a few days, which differ from contact to contact. */
export async function renewDueAddresses(work: Work, engine: Engine): Promise<void> {
  const now = engine.device.clock.now()
  const due = (await contacts.all(work)).filter(({ value }) => {
    const { state, isBlocked, changedIdentity, readingKeySinceMillis, id } = value
    if (state !== 'contact' || isBlocked || changedIdentity !== undefined) return false
    const days = 30 + (Number.parseInt(id.slice(0, 2), 16) % 7)
    return now - readingKeySinceMillis > days * dayMillis
  })
  for (const { id } of due.slice(0, renewedAtOnce)) await renewAddress(work, engine, id)
}

/** The new identity is theirs, the user says: everything begins anew with it, unverified. */
export async function acceptIdentity(work: Work, engine: Engine, id: string): Promise<Contact> {
  const { changedIdentity, verifiedAtMillis: _, ...contact } = await contactNamed(work, id)
  if (changedIdentity === undefined)
    throw new SottoError('not-found', 'Cannot accept: no other identity writes')
  deleteContact(work, engine.device, contact)
  const next: Contact = { ...contact, identity: changedIdentity }
  work.afterwards(() => engine.wakeSender(id))
  await sayHello(work, engine, next, { accepted: true })
  return put(work, engine, next)
}

/** It is somebody else, the user says: the address is given up, and a new one told to the contact as we know them. */
export async function refuseIdentity(work: Work, engine: Engine, id: string): Promise<Contact> {
  const { changedIdentity, ...contact } = await contactNamed(work, id)
  if (changedIdentity === undefined)
    throw new SottoError('not-found', 'Cannot refuse: no other identity writes')
  await dropReadingKeysOf(work, engine.device, id)
  const next = withNewKey(work, engine, contact)
  work.afterwards(() => engine.wakeSender(id))
  await sayHello(work, engine, next, { accepted: true })
  return put(work, engine, next)
}

function withNewKey(work: Work, engine: Engine, contact: Contact): Contact {
  const readingKey = newReadingKey(work, engine.device, { kind: 'contact', contact: contact.id })
  work.afterwards(() => engine.wakeUpkeep())
  return { ...contact, readingKey, readingKeySinceMillis: engine.device.clock.now() }
}

function put(work: Work, engine: Engine, contact: Contact): Contact {
  putContact(work, engine.device, contact)
  work.afterwards(() => engine.events.emit({ type: 'contact-changed', contact }))
  return contact
}
