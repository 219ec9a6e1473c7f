/**
 * @module A message to a channel is stored once, whoever is online. Nothing is answered, nor handed on, before the store
 * has it on disk.
 */
import { hash } from 'node:crypto'
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { Clock } from '#relay/clock.ts'
import type { ChannelStore, HistoryLimits } from '#store/channels.ts'

export interface PostDeps {
  readonly channels: Pick<ChannelStore, 'post'>
  readonly clock: Clock
}

export interface PostPolicy {
  readonly ttlMillis: number
  readonly history: HistoryLimits
}

export interface Post {
  readonly channel: ChannelId
  readonly sender: IdentityKey
  /** 16 bytes. */
  readonly id: Uint8Array
  readonly body: Uint8Array
  readonly bucket: number
}

export type Posted =
  | {
      readonly kind: 'stored' | 'duplicate'
      readonly sequence: number
      /** Of the first one, when this is a duplicate. */
      readonly acceptedAtMillis: number
    }
  | { readonly kind: 'not-a-member' }

export const postIdBytes = 16

export async function post(
  { channels, clock }: PostDeps,
  { channel, sender, id, body, bucket }: Post,
  { ttlMillis, history }: PostPolicy,
): Promise<Posted> {
  const acceptedAtMillis = clock.now()
  const expiresAtMillis = acceptedAtMillis + ttlMillis
  const outcome = await channels.post(
    { channel, sender, id, body, bucket, acceptedAtMillis, expiresAtMillis },
    history,
  )
  return outcome.kind === 'stored' ? { ...outcome, acceptedAtMillis } : outcome
}

const label = new TextEncoder().encode('sotto/channel-message/1')

/** What the sender's device calls a message, as an id that nobody else's message has. */
export function postIdOf(sender: IdentityKey, device: number, clientId: Uint8Array): Uint8Array {
  const named = new Uint8Array(label.length + sender.length + 1 + clientId.length)
  named.set(label)
  named.set(sender, label.length)
  named[label.length + sender.length] = device
  named.set(clientId, label.length + sender.length + 1)
  return Uint8Array.from(hash('sha256', named, 'buffer').subarray(0, postIdBytes))
}
