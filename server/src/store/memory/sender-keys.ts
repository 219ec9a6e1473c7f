/**
 * @module Distributions of sender keys in memory.
 */
import type { IdentityKey } from '@sotto/wire'
import { maxDistributions, type ChannelStore, type SenderKey } from '#store/channels.ts'
import type { Channel, KeptSenderKey } from '#store/memory/channel-members.ts'
import { copyOfKey } from '#store/memory/identities.ts'
import { copyOf, keyOf } from '#store/memory/mailboxes.ts'

export function keepSenderKeys(
  channel: Channel | undefined,
  key: Omit<SenderKey, 'distribution'>,
  distributions: Parameters<ChannelStore['keepSenderKeys']>[2],
): boolean {
  const senderKey = keyOf(key.sender)
  if (channel === undefined || !channel.members.has(senderKey)) return false
  const kept = channel.senderKeys.get(senderKey) ?? new Map<string, KeptSenderKey>()
  channel.senderKeys.set(senderKey, kept)
  for (const { recipient, distribution } of distributions) {
    // Said again it is the newest.
    kept.delete(keyOf(recipient))
    kept.set(keyOf(recipient), {
      sender: copyOf(key.sender),
      senderExchangeKey: copyOfKey(key.senderExchangeKey),
      recipient: copyOf(recipient),
      distribution: copyOf(distribution),
    })
  }
  for (const oldest of kept.keys()) {
    if (kept.size <= maxDistributions) break
    kept.delete(oldest)
  }
  return true
}

export function senderKeysFor(
  channel: Channel | undefined,
  recipient: IdentityKey,
): readonly SenderKey[] {
  return [...(channel?.senderKeys.values() ?? [])].flatMap((byRecipient) => {
    const kept = byRecipient.get(keyOf(recipient))
    if (kept === undefined) return []
    const { sender, senderExchangeKey, distribution } = kept
    return [{ sender, senderExchangeKey, distribution }]
  })
}
