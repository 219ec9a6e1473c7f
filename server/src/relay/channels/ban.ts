/**
 * @module The owner or a moderator of a channel keeps somebody out of it, for good or until they are let in again. Whoever
 * is banned need not be a member.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { MembershipDeps } from '#relay/channels/membership.ts'
import { isSame } from '#relay/channels/names.ts'
import type { ChannelRole, ChannelStore } from '#store/channels.ts'

export type BanOutcome =
  | { readonly kind: 'banned'; readonly wasMember: boolean }
  | { readonly kind: 'not-a-moderator' }
  | { readonly kind: 'self' }
  | { readonly kind: 'target-is-owner' }
  /** The target is a moderator, and only the owner may ban those. */
  | { readonly kind: 'not-the-owner' }

export type UnbanOutcome = 'unbanned' | 'not-a-moderator'

export type Bans = Awaited<ReturnType<ChannelStore['bans']>>

export function ban(
  { channels, rooms, turns }: Omit<MembershipDeps, 'clock'>,
  channel: ChannelId,
  actor: IdentityKey,
  target: IdentityKey,
  reason: string | undefined,
): Promise<BanOutcome> {
  return turns.ofMembers(channel, [actor, target], async () => {
    const actorRole = (await channels.membership(channel, actor))?.role
    if (!isModerator(actorRole)) return { kind: 'not-a-moderator' }
    if (isSame(actor, target)) return { kind: 'self' }
    const targetRole = (await channels.membership(channel, target))?.role
    if (targetRole === 'owner') return { kind: 'target-is-owner' }
    if (targetRole === 'moderator' && actorRole !== 'owner') return { kind: 'not-the-owner' }
    const wasMember = await channels.ban(channel, target, reason)
    if (wasMember) rooms.left(channel, target)
    return { kind: 'banned', wasMember }
  })
}

export function unban(
  { channels, turns }: Pick<MembershipDeps, 'channels' | 'turns'>,
  channel: ChannelId,
  actor: IdentityKey,
  target: IdentityKey,
): Promise<UnbanOutcome> {
  return turns.ofMembers(channel, [actor, target], async () => {
    if (!isModerator((await channels.membership(channel, actor))?.role)) return 'not-a-moderator'
    await channels.unban(channel, target)
    return 'unbanned'
  })
}

/** Undefined for whoever may not see them. */
export async function listBans(
  { channels }: Pick<MembershipDeps, 'channels'>,
  channel: ChannelId,
  actor: IdentityKey,
): Promise<Bans | undefined> {
  const membership = await channels.membership(channel, actor)
  return isModerator(membership?.role) ? channels.bans(channel) : undefined
}

function isModerator(role: ChannelRole | undefined): boolean {
  return role === 'owner' || role === 'moderator'
}
