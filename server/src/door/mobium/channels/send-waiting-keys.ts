/**
 * @module The distributions of sender keys that wait for a member, as they come with `join_channel` and `get_members`. They
 * stay: a client that lost its keys asks again.
 */
import type { ChannelId } from '@sotto/wire'
import type { DownMessage } from '@sotto/wire/live'
import type { Client } from '#door/mobium/client.ts'
import type { ChannelStore, SenderKey } from '#store/channels.ts'

/** A large channel has thousands: the socket gets time to send some before the next. */
const sliceSize = 128

export async function sendWaitingKeys(
  { channels }: { readonly channels: Pick<ChannelStore, 'senderKeysFor'> },
  client: Client,
  channel: ChannelId,
): Promise<void> {
  const keys = await channels.senderKeysFor(channel, client.identity)
  for (let sent = 0; sent < keys.length; sent += sliceSize) {
    if (sent > 0) {
      await new Promise((resolve) => setImmediate(resolve))
      await client.hasRoom()
    }
    for (const key of keys.slice(sent, sent + sliceSize)) {
      client.send(distributionFor(client, channel, key))
    }
  }
}

export function distributionFor(
  client: Client,
  channel: ChannelId,
  { sender, senderExchangeKey, distribution }: SenderKey,
): DownMessage {
  const { publicKey, signature } = senderExchangeKey
  return {
    type: 'sender_key_distribution',
    channel_id: channel,
    sender_ed25519_pub: sender,
    sender_x25519_pub: publicKey,
    encrypted_distribution: distribution,
    ...(client.has('x_sig') ? { x25519_sig: signature } : {}),
  }
}
