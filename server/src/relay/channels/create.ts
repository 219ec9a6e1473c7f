/**
 * @module Somebody makes a channel, and is its owner.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { MembershipDeps } from '#relay/channels/membership.ts'
import type { NewChannel } from '#store/channels.ts'

export function createChannel(
  { channels, rooms, turns, clock }: MembershipDeps,
  creator: IdentityKey,
  channel: Omit<NewChannel, 'nowMillis'>,
): Promise<'created' | 'exists'> {
  const id: ChannelId = channel.channel
  return turns.ofMembers(id, [creator], async () => {
    const outcome = await channels.create({ ...channel, nowMillis: clock.now() }, creator)
    if (outcome === 'created') rooms.joined(id, creator)
    return outcome
  })
}
