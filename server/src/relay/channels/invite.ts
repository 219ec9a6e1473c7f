/**
 * @module Invitations to private channels: 32 random bytes that whoever has them may come in with. Only their SHA-256 is
 * kept.
 */
import { hash } from 'node:crypto'
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { Clock, Randomness } from '#relay/clock.ts'
import type { Turns } from '#relay/channels/turns.ts'
import type { ChannelStore } from '#store/channels.ts'

const tokenBytes = 32

export interface InviteDeps {
  readonly channels: Pick<ChannelStore, 'membership' | 'invite'>
  readonly turns: Turns
  readonly clock: Clock
  readonly randomness: Randomness
}

export interface InviteTerms {
  readonly uses: number
  /** Undefined: for ever. */
  readonly ttlMillis: number | undefined
}

export type InviteOutcome =
  | {
      readonly kind: 'made'
      readonly token: Uint8Array
      readonly expiresAtMillis: number | undefined
    }
  | { readonly kind: 'not-a-member' }

export function createInvite(
  { channels, turns, clock, randomness }: InviteDeps,
  channel: ChannelId,
  member: IdentityKey,
  { uses, ttlMillis }: InviteTerms,
): Promise<InviteOutcome> {
  return turns.ofMembers(channel, [member], async () => {
    if ((await channels.membership(channel, member)) === undefined) return { kind: 'not-a-member' }
    const token = randomness.bytes(tokenBytes)
    const expiresAtMillis = ttlMillis === undefined ? undefined : clock.now() + ttlMillis
    await channels.invite(channel, { hash: hashInviteToken(token), uses, expiresAtMillis })
    return { kind: 'made', token, expiresAtMillis }
  })
}

/** 32 bytes. Anything has a hash, so that nonsense is refused by not being found. */
export function hashInviteToken(token: Uint8Array): Uint8Array {
  return Uint8Array.from(hash('sha256', token, 'buffer'))
}
