/**
 * @module A channel as the user sees it.
 */
import { type ChainState, memberOf, type Role } from '#channels/chain.ts'
import { chains, channels, type ChannelStage, type StoredChannel } from '#channels/channel.ts'
import { contactOfIdentity, settings } from '#contacts/contact.ts'
import type { Engine } from '#engine.ts'
import type { Reader } from '#state/work.ts'

/** Somebody in a channel, as its records say. */
export interface ChannelMember {
  /** In hex. */
  readonly identity: string
  readonly role: Role
  /** As the user calls them, or as they call themselves. */
  readonly name: string | undefined
  readonly isSelf: boolean
}

/** A channel as the user sees it, for one moment. */
export interface Channel {
  /** Of its conversation. */
  readonly id: string
  readonly stage: ChannelStage
  /** Empty as long as its records were not read. */
  readonly name: string
  /** In hex. */
  readonly picture: string | undefined
  /** What we are in it; undefined when we are no member. */
  readonly role: Role | undefined
  /** In the order in which they came. */
  readonly members: readonly ChannelMember[]
  readonly timerSeconds: number
  /** There is another chain than ours, and nothing is sent until an admin goes on with this one. */
  readonly isForked: boolean
  /** There are changes in it that this version does not understand. */
  readonly needsNewer: boolean
}

export async function channelView(
  reader: Reader,
  engine: Pick<Engine, 'device'>,
  id: string,
): Promise<Channel | undefined> {
  const channel = await channels.get(reader, id)
  if (channel === undefined) return undefined
  return viewOf(reader, engine, channel, await chains.get(reader, id))
}

export async function allChannels(
  reader: Reader,
  engine: Pick<Engine, 'device'>,
): Promise<readonly Channel[]> {
  const views: Channel[] = []
  for (const { id, value } of await channels.all(reader)) {
    views.push(await viewOf(reader, engine, value, await chains.get(reader, id)))
  }
  return views
}

async function viewOf(
  reader: Reader,
  engine: Pick<Engine, 'device'>,
  { id, stage, fork }: StoredChannel,
  state: ChainState | undefined,
): Promise<Channel> {
  const own = engine.device.local.address.name
  return {
    id,
    stage,
    name: state?.name ?? '',
    picture: state?.picture,
    role: state && memberOf(state, own)?.role,
    members: state === undefined ? [] : await membersOf(reader, engine, state),
    timerSeconds: state?.timerSeconds ?? 0,
    isForked: fork !== undefined,
    needsNewer: state?.needsNewer ?? false,
  }
}

async function membersOf(
  reader: Reader,
  { device }: Pick<Engine, 'device'>,
  state: ChainState,
): Promise<readonly ChannelMember[]> {
  const own = device.local.address.name
  const inOrder = Object.entries(state.members).toSorted(([, a], [, b]) => a.since - b.since)
  const members: ChannelMember[] = []
  for (const [identity, { role, name }] of inOrder) {
    const isSelf = identity === own
    const contact = isSelf ? undefined : await contactOfIdentity(reader, device, identity)
    const ownName = isSelf ? (await settings.get(reader))?.name : undefined
    members.push({
      identity,
      role,
      name: contact?.nickname ?? contact?.name ?? ownName ?? name,
      isSelf,
    })
  }
  return members
}
