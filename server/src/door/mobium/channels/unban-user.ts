/**
 * @module `unban_user`.
 */
import { unban } from '#relay/channels/ban.ts'
import { channelOf, targetOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export function createUnbanUser(deps: ChannelDeps): Handle<'unban_user'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const target = targetOf(message)
    if ((await unban(deps, channel, client.identity, target)) === 'not-a-moderator') {
      throw new Refusal('not-allowed', { message: 'Only owner or moderator can unban users' })
    }
    client.send({ type: 'user_unbanned', channel_id: channel, target_pubkey: target })
  }
}
