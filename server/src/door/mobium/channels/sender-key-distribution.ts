/**
 * @module `sender_key_distribution`: a member hands its key to others. Entries count in their order; the first that cannot be
 * read ends the list, and what stands before it is kept.
 */
import { readDistribution, type RawValue } from '@sotto/wire/live'
import { distribute, type Distribution } from '#relay/channels/distribute.ts'
import { parseIdentity } from '#door/mobium/address.ts'
import { channelOf, type ChannelDeps } from '#door/mobium/channels/channel-deps.ts'
import { distributionFor } from '#door/mobium/channels/send-waiting-keys.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export function createSenderKeyDistribution(deps: ChannelDeps): Handle<'sender_key_distribution'> {
  const { rooms } = deps
  return async (client, message) => {
    const channel = channelOf(message)
    const sender = client.identity
    const senderExchangeKey = {
      publicKey: message.sender_x25519_pub,
      signature: message.x25519_sig,
    }
    const { distributions, why } = readEntries(message.distributions)
    const kept = await distribute(deps, channel, { sender, senderExchangeKey }, distributions)
    if (kept === undefined) throw new Refusal('not-a-member')
    for (const { recipient, distribution } of kept) {
      const key = { sender, senderExchangeKey, distribution }
      for (const listener of rooms.listenersOf(channel, recipient)) {
        listener.send(distributionFor(listener, channel, key))
      }
    }
    if (why !== undefined) throw new Refusal('malformed', undefined, why)
    client.send({ type: 'ack' })
  }
}

function readEntries(entries: readonly RawValue[]): {
  readonly distributions: readonly Distribution[]
  /** What is wrong with the entry behind the last of these. */
  readonly why: string | undefined
} {
  const distributions: Distribution[] = []
  for (const entry of entries) {
    const read = readDistribution(entry)
    if (read.kind === 'malformed') return { distributions, why: read.why }
    const recipient = parseIdentity(read.distribution.recipient)
    // Nobody can be called so: somebody who is no member.
    if (recipient === undefined) continue
    distributions.push({ recipient, distribution: read.distribution.encrypted_dist })
  }
  return { distributions, why: undefined }
}
