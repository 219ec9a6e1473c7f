/**
 * @module Our sender key in a channel: who has it, how old it is, and when another one is drawn. Whoever of the members does
 * not have it gets it in the write that uses it, so that no message is kept without its key being on its way.
 */
import { markUuidV4, formatUuid } from '@sotto/wire'
import type { ChainState } from '#channels/chain.ts'
import { peerOf } from '#channels/peers.ts'
import { channelSecretBytes } from '#channels/seal.ts'
import { distribution, forgetKey } from '#channels/sender-keys.ts'
import type { Engine } from '#engine.ts'
import { newContent } from '#messages/compose.ts'
import { enqueue } from '#messages/outbox.ts'
import { table } from '#state/table.ts'
import type { Reader, Work } from '#state/work.ts'

export interface OwnKey {
  readonly distributionId: string
  /** Of the chain, when it was drawn: since then nobody was taken out. */
  readonly epoch: number
  readonly sinceMillis: number
  /** Messages that it has encrypted. */
  readonly used: number
  /** What hides these messages from the relay, in hex. */
  readonly secret: string
  /** Identities, in hex. */
  readonly sentTo: readonly string[]
}

const ownKeys = table<OwnKey>('channel-own-key')

const uuidBytes = 16
export const ownKeyMillis: number = 7 * 24 * 60 * 60 * 1000

/** What the key itself is kept under. */
export function ownKeyName(channel: string): string {
  return `${channel}/own`
}

/** The key to encrypt the next message with. Members who lack it are told of it. */
export async function readyOwnKey(
  work: Work,
  engine: Engine,
  channel: string,
  state: ChainState,
): Promise<OwnKey> {
  const { clock } = engine.device
  const found = await ownKeys.get(work, channel)
  const isGood =
    found !== undefined &&
    found.epoch === state.epoch &&
    clock.now() - found.sinceMillis < ownKeyMillis &&
    found.used < engine.maxMessagesOfKey
  const key = isGood ? found : drawKey(work, engine, channel, state)
  const sentTo = await tellMembers(work, engine, channel, state, key)
  const next = { ...key, sentTo, used: key.used + 1 }
  ownKeys.put(work, channel, next)
  return next
}

export async function epochOfOwnKey(reader: Reader, channel: string): Promise<number | undefined> {
  return (await ownKeys.get(reader, channel))?.epoch
}

/** They say that they cannot read us: with the next message they get the key as it is then. */
export async function sendAgainTo(work: Work, channel: string, identity: string): Promise<void> {
  const key = await ownKeys.get(work, channel)
  if (key === undefined) return
  ownKeys.put(work, channel, { ...key, sentTo: key.sentTo.filter((each) => each !== identity) })
}

export function forgetOwnKey(work: Work, channel: string): void {
  ownKeys.delete(work, channel)
  forgetKey(work, ownKeyName(channel))
}

function drawKey(
  work: Work,
  { device: { random, clock } }: Engine,
  channel: string,
  { epoch }: ChainState,
): OwnKey {
  forgetOwnKey(work, channel)
  return {
    distributionId: formatUuid(markUuidV4(random(uuidBytes))),
    epoch,
    sinceMillis: clock.now(),
    used: 0,
    secret: random(channelSecretBytes).toHex(),
    sentTo: [],
  }
}

/** Everybody who has it then. Whose address is not known gets it when it is. */
async function tellMembers(
  work: Work,
  engine: Engine,
  channel: string,
  state: ChainState,
  key: OwnKey,
): Promise<readonly string[]> {
  const { device } = engine
  const has = new Set(key.sentTo)
  const own = device.local.address.name
  const lacking = Object.keys(state.members).filter((each) => each !== own && !has.has(each))
  if (lacking.length === 0 && key.used > 0) return key.sentTo
  const bytes = await distribution(work, device, ownKeyName(channel), key.distributionId)
  const told: string[] = []
  for (const identity of lacking) {
    const peer = await peerOf(work, channel, identity)
    if (peer === undefined) continue
    await enqueue(work, engine, peer.id, {
      type: 'sender_key',
      ...newContent(engine),
      channel: Uint8Array.fromHex(state.channel),
      key: bytes,
      epoch: key.epoch,
      secret: Uint8Array.fromHex(key.secret),
    })
    told.push(identity)
  }
  return [...key.sentTo, ...told]
}
