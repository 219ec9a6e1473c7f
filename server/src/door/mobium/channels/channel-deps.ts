/**
 * @module What the handlers of channels need.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { JoinPolicy } from '#relay/channels/join.ts'
import type { MembershipDeps } from '#relay/channels/membership.ts'
import type { PostPolicy } from '#relay/channels/post.ts'
import type { Rooms } from '#relay/channels/rooms.ts'
import type { Randomness } from '#relay/clock.ts'
import { parseIdentity } from '#door/mobium/address.ts'
import { Refusal, type ChannelName, type Client, type Presence } from '#door/mobium/client.ts'

export interface ChannelDeps extends MembershipDeps {
  readonly rooms: Rooms<Client>
  readonly presence: Presence
  readonly randomness: Randomness
  readonly policy: ChannelPolicy
  /** Whoever is out of a channel is out of its calls. */
  readonly endVoice: (channel: ChannelName, identity: string) => void
  /** A message was stored, and handed to so many connections. */
  readonly onPosted: (recipients: number) => void
  /** So many stored messages could not be read. */
  readonly onDamaged: (messages: number) => void
}

export interface ChannelPolicy extends PostPolicy, JoinPolicy {
  readonly maxMessageBytes: number
}

/** Any 1 to 64 bytes, which the schema has seen to. */
export function channelOf(message: { readonly channel_id: Uint8Array }): ChannelId {
  return message.channel_id as ChannelId
}

export function targetOf(message: { readonly target_pubkey: Uint8Array }): IdentityKey {
  const target = parseIdentity(message.target_pubkey)
  if (target === undefined) throw new Refusal('malformed', undefined, 'Invalid target_pubkey')
  return target
}

export function secondOf(millis: number): number {
  return Math.floor(millis / 1000)
}
