/**
 * @module A contact says where to write to them from now on, and that they take us for a contact.
 */
import type { ContentOf } from '@sotto/wire/content'
import { type Contact, putContact } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { addNotice } from '#messages/compose.ts'
import { relayOrigin } from '#relay/relay-origin.ts'
import type { Work } from '#state/work.ts'

export async function receiveHello(
  work: Work,
  engine: Engine,
  contact: Contact,
  { card, accepted, sent_at }: ContentOf<'hello'>,
): Promise<void> {
  const relay = relayOrigin(card.relay)
  // What was said before something that we know already changes nothing.
  if (relay === undefined || sent_at < (contact.helloAtMillis ?? 0)) return
  const isAnswer = accepted && contact.state === 'invited'
  const next: Contact = {
    ...contact,
    relay,
    address: card.address.toHex(),
    name: card.name ?? contact.name,
    // A clock that was ahead once must not make all later ones old.
    helloAtMillis: Math.min(sent_at, engine.device.clock.now()),
    state: isAnswer ? 'contact' : contact.state,
  }
  putContact(work, engine.device, next)
  if (isAnswer)
    await addNotice(work, engine, contact.id, { kind: 'joined' }, contact.identity, false)
  work.afterwards(() => engine.events.emit({ type: 'contact-changed', contact: next }))
}

export async function receiveProfile(
  work: Work,
  engine: Engine,
  contact: Contact,
  { name }: ContentOf<'profile'>,
): Promise<void> {
  if (name === contact.name) return
  const next: Contact = { ...contact, name }
  putContact(work, engine.device, next)
  work.afterwards(() => engine.events.emit({ type: 'contact-changed', contact: next }))
}
