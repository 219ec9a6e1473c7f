/**
 * @module Somebody goes out of a channel of their own accord.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { MembershipDeps } from '#relay/channels/membership.ts'

/** False when they were no member: then nothing changed, and there is nobody to tell. */
export function leaveChannel(
  { channels, rooms, turns }: Omit<MembershipDeps, 'clock'>,
  channel: ChannelId,
  identity: IdentityKey,
): Promise<boolean> {
  return turns.ofMembers(channel, [identity], async () => {
    const wasMember = await channels.leave(channel, identity)
    if (wasMember) rooms.left(channel, identity)
    return wasMember
  })
}
