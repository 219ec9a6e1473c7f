/**
 * @module `create_invite`. The token is told once, as hex.
 */
import { createInvite } from '#relay/channels/invite.ts'
import { channelOf, secondOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export function createCreateInvite(deps: ChannelDeps): Handle<'create_invite'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const { max_uses: uses = 1, ttl_seconds: ttlSeconds } = message
    const outcome = await createInvite(deps, channel, client.identity, {
      uses,
      ttlMillis: ttlSeconds === undefined ? undefined : ttlSeconds * 1000,
    })
    if (outcome.kind === 'not-a-member') {
      throw new Refusal('not-a-member', {
        message: 'You must be a channel member to create invites',
      })
    }
    const { token, expiresAtMillis } = outcome
    client.send({
      type: 'invite_created',
      channel_id: channel,
      invite_token: Buffer.from(token).toString('hex'),
      max_uses: uses,
      expires_at: expiresAtMillis === undefined ? null : secondOf(expiresAtMillis),
    })
  }
}
