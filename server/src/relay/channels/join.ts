/**
 * @module Somebody comes into a channel, with an invitation where one is needed. A channel that nobody knows is made, when
 * the relay's policy says so.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import { hashInviteToken } from '#relay/channels/invite.ts'
import type { MembershipDeps } from '#relay/channels/membership.ts'
import type { JoinOutcome } from '#store/channels.ts'

export interface JoinPolicy {
  readonly maxMembers: number
  /** Whether joining an unknown channel makes it. */
  readonly autoCreate: boolean
}

/** What an original client finds in a channel that was made by joining it. */
const unnamed = { metadata: new Uint8Array(32), access: 'public' } as const

export function joinChannel(
  { channels, rooms, turns, clock }: MembershipDeps,
  channel: ChannelId,
  identity: IdentityKey,
  inviteToken: Uint8Array | undefined,
  policy: JoinPolicy,
): Promise<JoinOutcome> {
  return turns.ofMembers(channel, [identity], async () => {
    const outcome = await channels.join({
      channel,
      identity,
      inviteHash: inviteToken === undefined ? undefined : hashInviteToken(inviteToken),
      ifMissing: policy.autoCreate ? unnamed : undefined,
      maxMembers: policy.maxMembers,
      nowMillis: clock.now(),
    })
    if (outcome.kind === 'joined') rooms.joined(channel, identity)
    return outcome
  })
}
