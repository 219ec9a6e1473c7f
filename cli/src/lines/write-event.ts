/**
 * @module What happened, as an object for a line of JSON. `described.ts` says what stands in it.
 */
import { channelName, conversationName, type Directory, personName } from '#directory.ts'
import type { Contact, Message, MessengerEvent } from '#engine.ts'
import { nameOf } from '#names.ts'

export type EventLine = { readonly event: string } & Readonly<Record<string, unknown>>

export const linesVersion = 1

export function readyLine(of: { readonly address: string; readonly identity: string }): EventLine {
  return { event: 'ready', version: linesVersion, address: of.address, identity: of.identity }
}

/** Undefined for what only a screen wants to know. */
export function eventLine(event: MessengerEvent, directory: Directory): EventLine | undefined {
  switch (event.type) {
    case 'message':
    case 'message-changed':
      return { event: event.type, ...messageFields(event.message, directory) }
    case 'message-gone':
      return { event: 'message-gone', ...whose(event.conversation, directory), id: event.id }
    case 'request': {
      const { contact, text } = event
      return {
        event: 'request',
        contact: contact.id,
        name: nameOf(contact),
        text,
        identity: contact.identity,
      }
    }
    case 'contact-changed':
      return contactLine(event.contact)
    case 'typing':
      return { event: 'typing', ...whose(event.conversation, directory), typing: event.isTyping }
    case 'connection':
      return { event: 'connection', state: event.state }
    case 'gap':
      return { event: 'gap' }
    case 'channel-changed':
      return channelLine(event.channel, directory)
    case 'conversation-changed':
    case 'conversation-gone':
      return undefined
  }
}

export function unreadLine(message: Message, directory: Directory): EventLine {
  return { event: 'message', ...messageFields(message, directory), unread: true }
}

function contactLine(contact: Contact): EventLine {
  return {
    event: 'contact',
    contact: contact.id,
    name: nameOf(contact),
    identity: contact.identity,
    state: contact.state,
    verified: contact.verifiedAtMillis !== undefined,
    blocked: contact.isBlocked,
    ...(contact.changedIdentity === undefined ? {} : { keyChanged: true }),
  }
}

function channelLine(id: string, { channels }: Directory): EventLine | undefined {
  const channel = channels.get(id)
  if (channel === undefined) return undefined
  return {
    event: 'channel',
    channel: id,
    name: channelName(channel),
    stage: channel.stage,
    ...(channel.role === undefined ? {} : { role: channel.role }),
    members: channel.members.map(({ identity, role, name }) => without({ identity, role, name })),
  }
}

function messageFields(message: Message, directory: Directory): Readonly<Record<string, unknown>> {
  const reactions = Object.entries(message.reactions ?? {}).filter(([, { emoji }]) => emoji !== '')
  return without({
    ...whose(message.conversation, directory),
    id: message.id,
    own: message.isOwn,
    sender: message.sender,
    senderName: personName(directory, message.conversation, message.sender),
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
        : Object.fromEntries(reactions.map(([who, { emoji }]) => [who, emoji])),
    disappearsAt: message.expiresAtMillis,
    attachments: message.attachments?.map(({ name, mediaType, size }) =>
      without({ name, mediaType, size }),
    ),
  })
}

/** The conversation: with a contact, or in a channel. */
function whose(id: string, directory: Directory): Readonly<Record<string, string>> {
  const name = conversationName(directory, id)
  return directory.channels.has(id) ? { channel: id, name } : { contact: id, name }
}

/** What is undefined is left out, here as in JSON. */
function without(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
