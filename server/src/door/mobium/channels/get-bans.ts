/**
 * @module `get_bans`.
 */
import { listBans } from '#relay/channels/ban.ts'
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export function createGetBans(deps: ChannelDeps): Handle<'get_bans'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const bans = await listBans(deps, channel, client.identity)
    if (bans === undefined) {
      throw new Refusal('not-allowed', { message: 'Only owner or moderator can view bans' })
    }
    client.send({
      type: 'bans_list',
      channel_id: channel,
      bans: bans.map(({ identity, reason }) => ({ pubkey: identity, reason: reason ?? null })),
    })
  }
}
