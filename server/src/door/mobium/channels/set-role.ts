/**
 * @module `set_role`.
 */
import { setRole } from '#relay/channels/set-role.ts'
import { channelOf, targetOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export function createSetRole(deps: ChannelDeps): Handle<'set_role'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const target = targetOf(message)
    const { role } = message
    const outcome = await setRole(deps, channel, client.identity, target, role)
    switch (outcome) {
      case 'not-the-owner':
        throw new Refusal('not-allowed', { message: 'Only the channel owner can set roles' })
      case 'own-role':
        throw new Refusal('not-allowed', { message: 'Cannot change your own role' })
      case 'not-a-member':
        throw new Refusal('not-a-member')
      case 'set':
    }
    client.send({ type: 'role_set', channel_id: channel, target_pubkey: target, role })
    for (const listener of deps.rooms.listenersOf(channel, target)) {
      listener.send({ type: 'role_updated', channel_id: channel, role })
    }
  }
}
