/**
 * @module `create_channel`.
 */
import { createChannel } from '#relay/channels/create.ts'
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export function createCreateChannel(deps: ChannelDeps): Handle<'create_channel'> {
  return async (client, message) => {
    const channel = channelOf(message)
    const outcome = await createChannel(deps, client.identity, {
      channel,
      metadata: message.encrypted_metadata,
      access: message.access_mode ?? 'public',
    })
    if (outcome === 'exists') throw new Refusal('channel-exists')
    client.send({ type: 'channel_created', channel_id: channel })
  }
}
