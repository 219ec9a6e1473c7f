/**
 * @module Inviting to a channel: a grant that we sign as an admin, beside the relay's own invitation, in a link or in a
 * message to a contact.
 */
import { maxGrantUses } from '@sotto/wire/channels'
import type { ContentOf } from '@sotto/wire/content'
import { formerOf, memberOf } from '#channels/chain.ts'
import { signGrant } from '#channels/grant.ts'
import { linkOf, type ReadLink, readLink, writeLink } from '#channels/link.ts'
import { channelOfMember, wishFor } from '#channels/manage.ts'
import type { Contact } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { addNotice, newContent } from '#messages/compose.ts'
import { enqueue } from '#messages/outbox.ts'
import { relayOrigin } from '#relay/relay-origin.ts'
import type { InviteChoices } from '#relay/live/requests.ts'
import type { Reader, Work } from '#state/work.ts'

/** How far a link into a channel goes. */
export interface ChannelInviteTerms {
  /** How many people it lets in; one unless told otherwise. */
  readonly uses?: number | undefined
  /** A week unless told otherwise. */
  readonly lifeMillis?: number | undefined
}

const weekMillis = 7 * 24 * 60 * 60 * 1000
/** As long as the relay keeps one. */
const maxLifeMillis = 365 * 24 * 60 * 60 * 1000

export interface CheckedTerms {
  readonly uses: number
  readonly lifeMillis: number
}

/** Throws 'invalid-argument'. */
export function checkedTerms({
  uses = 1,
  lifeMillis = weekMillis,
}: ChannelInviteTerms): CheckedTerms {
  const isOfUse = Number.isInteger(uses) && uses >= 1 && uses <= maxGrantUses
  if (isOfUse && lifeMillis > 0 && lifeMillis <= maxLifeMillis) return { uses, lifeMillis }
  throw new SottoError(
    'invalid-argument',
    `Cannot invite: required 1 to ${maxGrantUses} uses, and a year at most`,
  )
}

/** What the relay's invitation has to be: it may last a little longer than the grant. */
export function relayTerms({ uses, lifeMillis }: CheckedTerms): InviteChoices {
  return { maxUses: uses, ttlSeconds: Math.ceil(lifeMillis / 1000) }
}

/** The name of the channel at the relay. Throws 'not-allowed' for who is no admin. */
export async function channelToInviteTo(
  reader: Reader,
  engine: Engine,
  id: string,
): Promise<Uint8Array> {
  const { channel, state } = await channelOfMember(reader, id)
  if (memberOf(state, engine.device.local.address.name)?.role !== 'admin') {
    throw new SottoError('not-allowed', 'Cannot invite: this user is no admin of the channel')
  }
  return Uint8Array.fromHex(channel.channel)
}

/** With the token of the relay. */
export async function channelLink(
  reader: Reader,
  engine: Engine,
  id: string,
  token: Uint8Array,
  { uses, lifeMillis }: CheckedTerms,
): Promise<string> {
  const { channel, state } = await channelOfMember(reader, id)
  const { primitives, random, identity, clock } = engine.device
  const name = Uint8Array.fromHex(channel.channel)
  const grant = signGrant(primitives, random, identity, {
    channel: name,
    number: state.number,
    uses,
    expiresAtMillis: clock.now() + lifeMillis,
  })
  return writeLink(channel.relay, {
    channel: name,
    secret: Uint8Array.fromHex(channel.secret),
    token,
    grant,
  })
}

/** Tells a contact of a link. Whom an admin has removed is let back first. */
export async function inviteContact(
  work: Work,
  engine: Engine,
  id: string,
  contact: Contact,
  link: string,
): Promise<void> {
  const { state } = await channelOfMember(work, id)
  const read = readLink(engine.device.primitives, link)
  if (read === undefined) throw new TypeError('Cannot invite: a link that was just made is none')
  const { channel, secret, relay, token, grant } = read
  await enqueue(work, engine, contact.id, {
    type: 'channel_invite',
    ...newContent(engine),
    channel: Uint8Array.fromHex(channel),
    secret: Uint8Array.fromHex(secret),
    relay,
    token,
    name: state.name,
    grant: Uint8Array.fromHex(grant),
  })
  const notice = { kind: 'channel-invite', name: state.name, link } as const
  await addNotice(work, engine, contact.id, notice, engine.device.local.address.name, true)
}

/** Undefined when nobody has to be let back. */
export async function letBack(
  work: Work,
  engine: Engine,
  id: string,
  identity: string,
): Promise<string | undefined> {
  const { state } = await channelOfMember(work, id)
  if (formerOf(state, identity)?.wasRemoved !== true) return undefined
  return wishFor(work, engine, id, { kind: 'add', member: identity, role: 'member' })
}

/** A contact invites us: the user sees it, and decides. */
export async function receiveChannelInvite(
  work: Work,
  engine: Engine,
  contact: Contact,
  content: ContentOf<'channel_invite'>,
): Promise<void> {
  const relay = relayOrigin(content.relay)
  if (contact.state !== 'contact' || relay === undefined) return
  const read = linkIn(engine, relay, content)
  if (read === undefined) return
  const { channel, secret, grant } = content
  const link = writeLink(relay, { channel, secret, token: Uint8Array.fromHex(read.token), grant })
  const notice = { kind: 'channel-invite', name: content.name ?? '', link } as const
  await addNotice(work, engine, contact.id, notice, contact.identity, false)
}

function linkIn(
  { device }: Engine,
  relay: string,
  { channel, secret, token, grant }: ContentOf<'channel_invite'>,
): ReadLink | undefined {
  if (!/^(?:[0-9a-f]{2}){1,64}$/.test(token)) return undefined
  const link = { channel, secret, token: Uint8Array.fromHex(token), grant }
  return linkOf(device.primitives, relay, link)
}
