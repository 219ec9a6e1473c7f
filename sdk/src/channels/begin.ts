/**
 * @module The beginnings of a channel on this device: made here, or joined by a link. What follows at the relay is the
 * line's business (`line.ts`), so all of this works without a network.
 */
import { applyRecord } from '#channels/chain.ts'
import { changeChannel, channelNamed, channels, putChain } from '#channels/channel.ts'
import type { StoredChannel } from '#channels/channel.ts'
import type { ReadLink } from '#channels/link.ts'
import { checkedName, checkedPicture } from '#channels/manage.ts'
import { makeFirst, sealRecord, verifyRecord } from '#channels/record.ts'
import { channelSecretBytes } from '#channels/seal.ts'
import { tellChanged } from '#channels/tell.ts'
import { putWish } from '#channels/wishes.ts'
import { settings } from '#contacts/contact.ts'
import { addressOf, newReadingKey } from '#contacts/reading-keys.ts'
import type { Engine } from '#engine.ts'
import { SottoError } from '#errors.ts'
import { addNotice } from '#messages/compose.ts'
import { conversations, newConversation } from '#messages/conversation.ts'
import type { Work } from '#state/work.ts'

/** What a new channel is called, and how it looks. */
export interface ChannelToCreate {
  /** Up to 64 characters. */
  readonly name: string
  /** Up to 12 KiB. */
  readonly picture?: Uint8Array | undefined
}

/** What was begun, and what has to come of it. */
export interface Begun {
  readonly id: string
  readonly wish: string
}

const idBytes = 16
const nonceBytes = 32
/** Nobody has more channels than they can read; each is read over one connection. */
export const maxChannels = 200

export async function createChannel(
  work: Work,
  engine: Engine,
  { name, picture }: ChannelToCreate,
): Promise<Begun> {
  const { primitives, random, identity, clock } = engine.device
  const chosen = await relayAndName(work)
  await requireRoom(work)
  const id = random(idBytes).toHex()
  const readingKey = newReadingKey(work, engine.device, { kind: 'channel', channel: id })
  const { channel, hash, signed } = makeFirst(
    primitives,
    identity,
    {
      type: 'create',
      nonce: random(nonceBytes),
      address: addressOf(engine.device, Uint8Array.fromHex(readingKey)),
      own_name: chosen.name,
      name: checkedName(name),
      picture: checkedPicture(picture),
    },
    clock.now(),
  )
  const secret = random(channelSecretBytes).toHex()
  const record = verifyRecord(primitives, channel, signed)
  const begun = record === undefined ? undefined : applyRecord(undefined, record)
  if (begun?.kind !== 'applied') throw new TypeError('Cannot create: the first record is none')
  const { relay } = chosen
  const stored = { id, channel, secret, relay, readingKey, stage: 'creating' } as const
  putNew(work, engine, stored, clock.now())
  putChain(work, id, begun.state)
  const sealed = sealRecord(primitives, random, { channel, secret }, signed).toHex()
  const made = { hash, number: 1, previous: '', sealed }
  const wish = await putWish(work, id, { wish: { kind: 'create' }, made })
  const own = engine.device.local.address.name
  const notice = { kind: 'member', identity: own, change: 'created' } as const
  await addNotice(work, engine, id, notice, own, true)
  return { id, wish }
}

/** Throws 'invalid-invitation', 'invitation-expired', or 'invalid-argument' when we are in it. */
export async function joinChannel(work: Work, engine: Engine, link: ReadLink): Promise<Begun> {
  const { device } = engine
  const { relay } = await relayAndName(work)
  if (link.expiresAtMillis <= device.clock.now()) {
    throw new SottoError('invitation-expired', 'Cannot join: the invitation has expired')
  }
  if (link.relay !== relay) {
    throw new SottoError('not-allowed', 'Cannot join: the channel is at another relay than the own')
  }
  const known = await channelNamed(work, link.channel)
  if (known?.stage === 'creating' || known?.stage === 'joining' || known?.stage === 'member') {
    throw new SottoError('invalid-argument', 'Cannot join: this user is in the channel already')
  }
  if (known === undefined) await requireRoom(work)
  const { channel, secret, token, grant } = link
  const id = known?.id ?? device.random(idBytes).toHex()
  const readingKey = newReadingKey(work, device, { kind: 'channel', channel: id })
  const now = device.clock.now()
  if (known === undefined) {
    const stored = { id, channel, secret, relay, readingKey, stage: 'joining', token } as const
    putNew(work, engine, stored, now)
  } else {
    await changeChannel(work, id, { secret, readingKey, stage: 'joining', token, chores: [] })
  }
  const wish = await putWish(work, id, { wish: { kind: 'join', grant } })
  tellChanged(work, engine, id)
  work.afterwards(() => engine.wakeUpkeep())
  return { id, wish }
}

function putNew(
  work: Work,
  engine: Engine,
  stored: Pick<
    StoredChannel,
    'id' | 'channel' | 'secret' | 'relay' | 'readingKey' | 'stage' | 'token'
  >,
  nowMillis: number,
): void {
  const { id } = stored
  channels.put(work, id, {
    ...stored,
    place: 0,
    seen: 0,
    sinceMillis: nowMillis,
    chores: [],
    going: {},
  })
  const conversation = newConversation(id, 'channel', nowMillis)
  conversations.put(work, id, conversation)
  tellChanged(work, engine, id)
  work.afterwards(() => {
    engine.events.emit({ type: 'conversation-changed', conversation })
    engine.wakeUpkeep()
  })
}

async function relayAndName(
  work: Work,
): Promise<{ readonly relay: string; readonly name: string | undefined }> {
  const chosen = await settings.get(work)
  if (chosen === undefined) throw new SottoError('not-found', 'Cannot go on: no relay is chosen')
  return { relay: chosen.relay, name: chosen.name }
}

async function requireRoom(work: Work): Promise<void> {
  const all = await channels.all(work)
  if (all.length < maxChannels) return
  throw new SottoError(
    'invalid-argument',
    `Cannot go on: this user is in ${all.length} of ${maxChannels} channels`,
  )
}
