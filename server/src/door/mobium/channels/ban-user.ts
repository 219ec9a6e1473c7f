/**
 * @module `ban_user`: who stays is told as when somebody leaves, so that the banned one's keys are worth nothing.
 */
import { ban, type BanOutcome } from '#relay/channels/ban.ts'
import { channelOf, targetOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { tellOfLeaver } from '#door/mobium/channels/tell-of-leaver.ts'
import { identityName, Refusal, type Handle } from '#door/mobium/client.ts'

const refusals: Readonly<Record<Exclude<BanOutcome['kind'], 'banned'>, string>> = {
  'not-a-moderator': 'Only owner or moderator can ban users',
  self: 'Cannot ban yourself',
  'target-is-owner': 'Cannot ban the channel owner',
  'not-the-owner': 'Only the owner can ban moderators',
}

export function createBanUser(deps: ChannelDeps): Handle<'ban_user'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const target = targetOf(message)
    const { reason } = message
    const outcome = await ban(deps, channel, client.identity, target, reason)
    if (outcome.kind !== 'banned') {
      throw new Refusal('not-allowed', { message: refusals[outcome.kind] })
    }
    if (outcome.wasMember) {
      tellOfLeaver(deps, channel, target)
      // Strangers are not told: a ban must not be a way to write to them.
      for (const banned of deps.presence.clientsOf(identityName(target))) {
        banned.send({ type: 'banned', channel_id: channel, reason })
      }
    }
    client.send({ type: 'user_banned', channel_id: channel, target_pubkey: target })
  }
}
