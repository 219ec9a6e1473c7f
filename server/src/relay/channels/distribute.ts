/**
 * @module A member gives others the key to what it is going to write. What is for somebody who is no member is dropped:
 * whoever left gets no new keys, and strangers' mailboxes are not for this.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import { nameOf } from '#relay/channels/names.ts'
import type { ChannelStore, SenderKey } from '#store/channels.ts'

export interface Distribution {
  readonly recipient: IdentityKey
  readonly distribution: Uint8Array
}

/** More recipients than this, and the whole list of members is read at once. */
const maxLookups = 32

/** Those that were kept, in their order; undefined when the sender is no member. */
export async function distribute(
  { channels }: DistributeDeps,
  channel: ChannelId,
  key: Omit<SenderKey, 'distribution'>,
  distributions: readonly Distribution[],
): Promise<readonly Distribution[] | undefined> {
  // Looked up first: a stranger's list is not worth reading the members for.
  if ((await channels.membership(channel, key.sender)) === undefined) return undefined
  const forMembers = await onlyForMembers(channels, channel, distributions)
  const wasKept = await channels.keepSenderKeys(channel, key, forMembers)
  return wasKept ? forMembers : undefined
}

export interface DistributeDeps {
  readonly channels: Pick<ChannelStore, 'membership' | 'members' | 'keepSenderKeys'>
}

async function onlyForMembers(
  channels: DistributeDeps['channels'],
  channel: ChannelId,
  distributions: readonly Distribution[],
): Promise<readonly Distribution[]> {
  if (distributions.length > maxLookups) {
    const members = await channels.members(channel)
    const names = new Set(members.map(({ identity }) => nameOf(identity)))
    return distributions.filter(({ recipient }) => names.has(nameOf(recipient)))
  }
  const memberships = await Promise.all(
    distributions.map(({ recipient }) => channels.membership(channel, recipient)),
  )
  return distributions.filter((_, index) => memberships[index] !== undefined)
}
