/**
 * @module What happened, as an object for a line of JSON. `described.ts` says what stands in it.
 */
import type { Contact, Message, MessengerEvent } from '#engine.ts'
import { nameOf } from '#names.ts'

export type EventLine = { readonly event: string } & Readonly<Record<string, unknown>>

export const linesVersion = 1

export function readyLine(of: { readonly address: string; readonly identity: string }): EventLine {
  return { event: 'ready', version: linesVersion, address: of.address, identity: of.identity }
}

/** Undefined for what only a screen wants to know. */
export function eventLine(
  event: MessengerEvent,
  contactOf: (id: string) => Contact | undefined,
): EventLine | undefined {
  switch (event.type) {
    case 'message':
    case 'message-changed':
      return { event: event.type, ...messageFields(event.message, contactOf) }
    case 'message-gone':
      return { event: 'message-gone', ...whose(event.conversation, contactOf), id: event.id }
    case 'request': {
      const { contact, text } = event
      return {
        event: 'request',
        ...whose(contact.id, () => contact),
        text,
        identity: contact.identity,
      }
    }
    case 'contact-changed':
      return contactLine(event.contact)
    case 'typing':
      return { event: 'typing', ...whose(event.conversation, contactOf), typing: event.isTyping }
    case 'connection':
      return { event: 'connection', state: event.state }
    case 'gap':
      return { event: 'gap' }
    default:
      return undefined
  }
}

export function unreadLine(
  message: Message,
  contactOf: (id: string) => Contact | undefined,
): EventLine {
  return { event: 'message', ...messageFields(message, contactOf), unread: true }
}

function contactLine(contact: Contact): EventLine {
  return {
    event: 'contact',
    ...whose(contact.id, () => contact),
    identity: contact.identity,
    state: contact.state,
    verified: contact.verifiedAtMillis !== undefined,
    blocked: contact.isBlocked,
    ...(contact.changedIdentity === undefined ? {} : { keyChanged: true }),
  }
}

function messageFields(
  message: Message,
  contactOf: (id: string) => Contact | undefined,
): Readonly<Record<string, unknown>> {
  const reactions = Object.entries(message.reactions ?? {}).filter(([, { emoji }]) => emoji !== '')
  const isTheirs = (identity: string): boolean =>
    identity === contactOf(message.conversation)?.identity
  return without({
    ...whose(message.conversation, contactOf),
    id: message.id,
    own: message.isOwn,
    kind: message.kind,
    text: message.body,
    at: message.sentAtMillis,
    status: message.status,
    reason: message.reason,
    replyTo: message.replyTo,
    edited: message.editedAtMillis === undefined ? undefined : true,
    deleted: message.isDeleted === true ? true : undefined,
    reactions:
      reactions.length === 0
        ? undefined
        : Object.fromEntries(
            reactions.map(([who, { emoji }]) => [isTheirs(who) ? 'them' : 'you', emoji]),
          ),
    disappearsAt: message.expiresAtMillis,
    attachments: message.attachments?.map(({ name, mediaType, size }) =>
      without({ name, mediaType, size }),
    ),
  })
}

function whose(
  id: string,
  contactOf: (id: string) => Contact | undefined,
): { readonly contact: string; readonly name?: string } {
  const contact = contactOf(id)
  return contact === undefined ? { contact: id } : { contact: id, name: nameOf(contact) }
}

/** What is undefined is left out, here as in JSON. */
function without(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
