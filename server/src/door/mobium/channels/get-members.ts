/**
 * @module `get_members`: who is in a channel, for its members only, followed by the keys that wait for the one who asks.
 */
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { sendWaitingKeys } from '#door/mobium/channels/send-waiting-keys.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

const unknown = new Uint8Array()

export function createGetMembers(deps: ChannelDeps): Handle<'get_members'> {
  const { channels } = deps
  return async (client, message) => {
    const channel = channelOf(message)
    const membership = await channels.membership(channel, client.identity)
    if (membership === undefined) throw new Refusal('not-a-member')
    const members = await channels.members(channel)
    client.send({
      type: 'members_response',
      channel_id: channel,
      members: members.map(({ identity }) => identity),
      members_with_keys: members.map(({ identity, exchangeKey, role }) => ({
        ed25519: identity,
        x25519: exchangeKey?.publicKey ?? unknown,
        role,
        ...(client.has('x_sig') ? { x25519_sig: exchangeKey?.signature } : {}),
      })),
    })
    await sendWaitingKeys(deps, client, channel)
  }
}
