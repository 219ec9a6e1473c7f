/**
 * @module `set_channel_access`.
 */
import { setAccess } from '#relay/channels/set-access.ts'
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export function createSetChannelAccess(deps: ChannelDeps): Handle<'set_channel_access'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const { access_mode: access } = message
    if ((await setAccess(deps, channel, client.identity, access)) === 'not-the-owner') {
      throw new Refusal('not-allowed', {
        message: 'Only the channel creator can change access mode',
      })
    }
    client.send({ type: 'channel_access_updated', channel_id: channel, access_mode: access })
  }
}
