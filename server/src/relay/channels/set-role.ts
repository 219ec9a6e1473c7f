/**
 * @module The owner of a channel makes a member a moderator, or a moderator a member again.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import { isSame } from '#relay/channels/names.ts'
import type { Turns } from '#relay/channels/turns.ts'
import type { ChannelStore } from '#store/channels.ts'

export interface SetRoleDeps {
  readonly channels: Pick<ChannelStore, 'membership' | 'setRole'>
  readonly turns: Turns
}

export type SetRoleOutcome = 'set' | 'not-the-owner' | 'own-role' | 'not-a-member'

export function setRole(
  { channels, turns }: SetRoleDeps,
  channel: ChannelId,
  actor: IdentityKey,
  target: IdentityKey,
  role: 'moderator' | 'member',
): Promise<SetRoleOutcome> {
  return turns.ofMembers(channel, [actor, target], async () => {
    const membership = await channels.membership(channel, actor)
    if (membership?.role !== 'owner') return 'not-the-owner'
    if (isSame(actor, target)) return 'own-role'
    return (await channels.setRole(channel, target, role)) ? 'set' : 'not-a-member'
  })
}
