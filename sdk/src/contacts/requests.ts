/**
 * @module First words of and to strangers who know nothing but an address: the text of the identity. Such a request waits
 * until the user has decided, and until then nothing is told of it: not that it arrived, not that somebody was there.
 */
import type { ContentOf } from '@sotto/wire/content'
import { type Contact, contactOfIdentity, contacts, putContact } from '#contacts/contact.ts'
import { forgetContact } from '#contacts/forget.ts'
import { sayHello } from '#contacts/hello.ts'
import { newContact } from '#contacts/invitations.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { append } from '#messages/conversation.ts'
import { show } from '#messages/show.ts'
import { relayOrigin } from '#relay/relay-origin.ts'
import { remoteAddress } from '#sessions/device.ts'
import { setSessionAside } from '#sessions/stored-session.ts'
import type { Work } from '#state/work.ts'

/** More of them wait nowhere: who can fill this can fill anything. */
export const maxRequests = 200

/** What is known of somebody before they have answered. */
export interface Stranger {
  /** In hex. */
  readonly identity: string
  readonly relay: string
  /** Where they take requests, in hex; from the keys that they have signed. */
  readonly requests: string
}

/** `text` is what they see first. */
export async function sendRequest(
  work: Work,
  engine: Engine,
  stranger: Stranger,
  text: string,
): Promise<Contact> {
  const { device } = engine
  if (stranger.identity === device.local.address.name) {
    throw new SottoError('is-self', 'Cannot write to the own address')
  }
  const known = await contactOfIdentity(work, device, stranger.identity)
  if (known !== undefined && known.state !== 'invited') {
    throw new SottoError('invalid-argument', 'Cannot send a request: they are a contact already')
  }
  const { identity, relay, requests: address } = stranger
  const contact: Contact =
    known === undefined
      ? newContact(work, engine, { identity, relay, address, name: undefined, state: 'invited' })
      : { ...known, relay, address }
  putContact(work, device, contact)
  await setSessionAside(work, device, remoteAddress(contact.identity))
  const hello = await sayHello(work, engine, contact, { accepted: true, request: text })
  await showOwn(work, engine, contact, text, hello)
  work.afterwards(() => {
    engine.events.emit({ type: 'contact-changed', contact })
    engine.wakeUpkeep()
  })
  return contact
}

/** The words travel in the hello, and are a message all the same: what becomes of the one becomes of the other. */
async function showOwn(
  work: Work,
  { device, events }: Engine,
  contact: Contact,
  body: string,
  { id, sent_at: sentAtMillis }: { readonly id: Uint8Array; readonly sent_at: number },
): Promise<void> {
  if (body.trim() === '') return
  const sender = device.local.address.name
  const said = { id: id.toHex(), conversation: contact.id, body, sender, sentAtMillis }
  const placed = await append(
    work,
    { ...said, kind: 'text', isOwn: true, status: 'queued' },
    device.clock.now(),
  )
  if (placed === undefined) return
  work.afterwards(() => {
    events.emit({ type: 'message', message: placed.message })
    events.emit({ type: 'conversation-changed', conversation: placed.conversation })
  })
}

/** A hello at the request inbox. */
export async function receiveRequest(
  work: Work,
  engine: Engine,
  identity: string,
  { id, card, request = '', sent_at }: ContentOf<'hello'>,
): Promise<void> {
  const { device, events } = engine
  const relay = relayOrigin(card.relay)
  if (relay === undefined) return
  const sentAtMillis = Math.min(sent_at, device.clock.now())
  const place = {
    relay,
    address: card.address.toHex(),
    name: card.name,
    helloAtMillis: sentAtMillis,
  }
  const said = { id: id.toHex(), kind: 'text', body: request, sentAtMillis } as const
  const known = await contactOfIdentity(work, device, identity)
  if (known?.isBlocked === true) return
  if (known !== undefined) {
    // Somebody who has lost where we read, and says where they do. We have said yes to them before.
    const isAnswer = known.state === 'invited'
    const next: Contact = { ...known, ...place, state: isAnswer ? 'contact' : known.state }
    putContact(work, device, next)
    if (next.state === 'contact') {
      await sayHello(work, engine, next, { accepted: true })
      if (said.body !== '') await show(work, engine, next, said)
    }
    work.afterwards(() => events.emit({ type: 'contact-changed', contact: next }))
    return
  }
  const open = (await contacts.all(work)).filter(({ value }) => value.state === 'request')
  if (open.length >= maxRequests) return
  const contact = newContact(work, engine, { ...place, identity, state: 'request' })
  putContact(work, device, contact)
  await show(work, engine, contact, said)
  work.afterwards(() => {
    events.emit({ type: 'request', contact, text: request })
    engine.wakeUpkeep()
  })
}

export async function acceptRequest(work: Work, engine: Engine, id: string): Promise<Contact> {
  const found = await requestOf(work, id)
  const contact: Contact = { ...found, state: 'contact' }
  putContact(work, engine.device, contact)
  await sayHello(work, engine, contact, { accepted: true })
  work.afterwards(() => engine.events.emit({ type: 'contact-changed', contact }))
  return contact
}

/** Nobody is told. */
export async function declineRequest(work: Work, engine: Engine, id: string): Promise<void> {
  await forgetContact(work, engine, await requestOf(work, id))
}

async function requestOf(work: Work, id: string): Promise<Contact> {
  const contact = await contacts.get(work, id)
  if (contact?.state !== 'request') {
    throw new SottoError('not-found', 'Cannot find the request')
  }
  return contact
}
