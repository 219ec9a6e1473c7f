/**
 * @module `leave_channel`: who stays hears of it, and makes new keys. Of somebody who was never there nobody hears.
 */
import { leaveChannel } from '#relay/channels/leave.ts'
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { tellOfLeaver } from '#door/mobium/channels/tell-of-leaver.ts'
import type { Handle } from '#door/mobium/client.ts'

export function createLeaveChannel(deps: ChannelDeps): Handle<'leave_channel'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const wasMember = await leaveChannel(deps, channel, client.identity)
    if (wasMember) tellOfLeaver(deps, channel, client.identity)
    client.send({ type: 'channel_left', channel_id: channel })
  }
}
