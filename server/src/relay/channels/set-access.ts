/**
 * @module The owner of a channel says whether anybody may come in, or only who was invited.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { Turns } from '#relay/channels/turns.ts'
import type { ChannelAccess, ChannelStore } from '#store/channels.ts'

export interface SetAccessDeps {
  readonly channels: Pick<ChannelStore, 'membership' | 'setAccess'>
  readonly turns: Turns
}

export function setAccess(
  { channels, turns }: SetAccessDeps,
  channel: ChannelId,
  actor: IdentityKey,
  access: ChannelAccess,
): Promise<'set' | 'not-the-owner'> {
  return turns.ofMembers(channel, [actor], async () => {
    const membership = await channels.membership(channel, actor)
    if (membership?.role !== 'owner') return 'not-the-owner'
    await channels.setAccess(channel, access)
    return 'set'
  })
}
