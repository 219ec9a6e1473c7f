/**
 * @module Somebody is out of a channel, of their own accord or not: their call ends, and all who stay are told, so that they
 * make new keys.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { sharedMessage } from '#door/mobium/shared-message.ts'
import { channelName, identityName } from '#door/mobium/client.ts'

/** When the rooms know it already. */
export function tellOfLeaver(
  { rooms, endVoice }: Pick<ChannelDeps, 'rooms' | 'endVoice'>,
  channel: ChannelId,
  leaver: IdentityKey,
): void {
  endVoice(channelName(channel), identityName(leaver))
  const left = sharedMessage({ type: 'member_left', channel_id: channel, member: leaver })
  for (const other of rooms.listenersIn(channel)) other.sendShared(left)
}
