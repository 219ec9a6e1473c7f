/**
 * @module Whom the user speaks to in a conversation: a contact, or the members of a channel.
 */
import type { Content } from '@sotto/wire/content'
import { type ChainState, memberOf } from '#channels/chain.ts'
import { chains, channels } from '#channels/channel.ts'
import { contacts } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { enqueue } from '#messages/outbox.ts'
import type { Work } from '#state/work.ts'

export type Audience = Place &
  ({ readonly kind: 'contact' } | { readonly kind: 'channel'; readonly state: ChainState })

interface Place {
  /** Of the conversation. */
  readonly id: string
  /** Where they read: files for them lie there. */
  readonly relay: string
}

/**
 * Throws 'not-found', 'blocked', 'not-verified', 'not-a-member', or 'not-allowed': a request that was not accepted is
 * answered by accepting it.
 */
export async function audienceOf(work: Work, id: string): Promise<Audience> {
  return (await channelAudience(work, id)) ?? contactAudience(work, id)
}

/** Behind all that waits for them. */
export async function tell(
  work: Work,
  engine: Engine,
  audience: Audience,
  content: Content,
  options: { readonly lifeMillis?: number } = {},
): Promise<void> {
  const { device, wakeSender, wakeChannel } = engine
  const wake = audience.kind === 'channel' ? wakeChannel : wakeSender
  await enqueue(work, { device, wakeSender: (id) => wake(id) }, audience.id, content, options)
}

/** Whether the user may take away what others have said. */
export function isAdmin(audience: Audience, { device }: Pick<Engine, 'device'>): boolean {
  if (audience.kind !== 'channel') return false
  return memberOf(audience.state, device.local.address.name)?.role === 'admin'
}

/** Also of a channel that is not at the relay yet, or that waits for an admin: what is written waits as well. */
async function channelAudience(work: Work, id: string): Promise<Audience | undefined> {
  const channel = await channels.get(work, id)
  if (channel === undefined) return undefined
  const state = await chains.get(work, id)
  const isIn = channel.stage === 'creating' || channel.stage === 'member'
  if (state === undefined || !isIn) {
    throw new SottoError('not-a-member', 'Cannot write: this user is no member of the channel')
  }
  return { kind: 'channel', id, relay: channel.relay, state }
}

async function contactAudience(work: Work, id: string): Promise<Audience> {
  const contact = await contacts.get(work, id)
  if (contact === undefined) throw new SottoError('not-found', 'Cannot write: no such contact')
  if (contact.isBlocked) throw new SottoError('blocked', 'Cannot write: the contact is blocked')
  if (contact.changedIdentity !== undefined) {
    throw new SottoError('not-verified', 'Cannot write: the key of the contact has changed')
  }
  if (contact.state === 'request') {
    throw new SottoError('not-allowed', 'Cannot write: the request has not been accepted')
  }
  return { kind: 'contact', id, relay: contact.relay }
}
