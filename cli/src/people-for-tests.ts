/**
 * @module Contacts, conversations and messages for tests, with whatever a test does not care about filled in.
 */
import type { Channel, Contact, Conversation, Message, Settings } from '#engine.ts'

/** Who writes what is `isOwn`. */
export const ownIdentity: string = 'ee'.repeat(32)

export const sampleMillis: number = Date.UTC(2026, 10, 30, 14, 5)

/** Of the contact with this id. */
export function identityOf(id: string): string {
  return `${id.slice(0, 1)}${'0'.repeat(63)}`
}

export function sampleChannel(of: Partial<Channel> & Pick<Channel, 'id' | 'name'>): Channel {
  return {
    stage: 'member',
    picture: undefined,
    role: 'member',
    members: [],
    timerSeconds: 0,
    isForked: false,
    needsNewer: false,
    ...of,
  }
}

export function sampleContact(of: Partial<Contact> & Pick<Contact, 'id'>): Contact {
  return {
    identity: identityOf(of.id),
    state: 'contact',
    isBlocked: false,
    relay: 'https://relay.example',
    address: '11'.repeat(32),
    readingKey: '22'.repeat(32),
    readingKeySinceMillis: 0,
    sinceMillis: sampleMillis,
    ...of,
  }
}

export function sampleConversation(
  of: Partial<Conversation> & Pick<Conversation, 'id'>,
): Conversation {
  return {
    kind: 'direct',
    lastOrder: 0,
    lastAtMillis: sampleMillis,
    preview: '',
    unread: 0,
    readOrder: 0,
    timerSeconds: 0,
    timerSetAtMillis: 0,
    ...of,
  }
}

export function sampleMessage(
  of: Partial<Message> & Pick<Message, 'conversation' | 'order'>,
): Message {
  const isOwn = of.isOwn ?? false
  return {
    id: `${of.conversation}-${of.order}`,
    kind: 'text',
    isOwn,
    sender: isOwn ? ownIdentity : identityOf(of.conversation),
    sentAtMillis: sampleMillis - 3_600_000 + of.order * 60_000,
    body: `message ${of.order}`,
    ...(isOwn ? { status: 'delivered' } : {}),
    ...of,
  }
}

/** As a new profile has them. */
export function sampleSettings(of: Partial<Settings> = {}): Settings {
  const settings = {
    relay: 'https://relay.example',
    mode: 'sealed',
    takesRequests: true,
    sendsReadReceipts: false,
    sendsTyping: false,
    keepsSnapshot: false,
    ...of,
  } as const
  return settings
}
