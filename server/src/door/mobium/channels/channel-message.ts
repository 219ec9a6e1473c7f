/**
 * @module `channel_message`: stored once, then handed to every connection of a member but the one that it came from.
 */
import type { ChannelId } from '@sotto/wire'
import { post, postIdBytes, postIdOf } from '#relay/channels/post.ts'
import { channelOf, secondOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { sharedMessage } from '#door/mobium/shared-message.ts'
import { Refusal, type Client, type Handle } from '#door/mobium/client.ts'

export function createChannelMessage(deps: ChannelDeps): Handle<'channel_message'> {
  const { rooms, randomness, policy, onPosted } = deps
  return async (client, message) => {
    const { payload, bucket_size: bucket, client_id: clientId } = message
    if (payload.length > policy.maxMessageBytes) throw new Refusal('too-large')
    const channel = channelOf(message)
    const id =
      clientId === undefined
        ? randomness.bytes(postIdBytes)
        : postIdOf(client.identity, client.device, clientId)
    const { identity: sender } = client
    const posted = await post(deps, { channel, sender, id, body: payload, bucket }, policy)
    if (posted.kind === 'not-a-member') throw new Refusal('not-a-member')
    const { sequence, acceptedAtMillis } = posted
    if (posted.kind === 'stored') {
      onPosted(handOn(client, rooms.listenersIn(channel), channel, payload, posted))
    }
    client.send({
      type: 'ack',
      channel_id: channel,
      ...(clientId === undefined
        ? {}
        : {
            client_id: clientId,
            status: posted.kind,
            id: sequence,
            timestamp: secondOf(acceptedAtMillis),
            accepted_at: acceptedAtMillis,
          }),
    })
  }
}

/** How many got it. Original clients get what the original sends, others what they need to go on from. */
function handOn(
  from: Client,
  listeners: Iterable<Client>,
  channel: ChannelId,
  payload: Uint8Array,
  posted: { readonly sequence: number; readonly acceptedAtMillis: number },
): number {
  const original = {
    type: 'channel_message',
    channel_id: channel,
    sender: from.identity,
    payload,
  } as const
  const plain = sharedMessage(original)
  const numbered = sharedMessage({
    ...original,
    id: posted.sequence,
    timestamp: secondOf(posted.acceptedAtMillis),
    accepted_at: posted.acceptedAtMillis,
  })
  let recipients = 0
  for (const listener of listeners) {
    if (listener === from) continue
    listener.sendShared(listener.has('history') ? numbered : plain)
    recipients++
  }
  return recipients
}
