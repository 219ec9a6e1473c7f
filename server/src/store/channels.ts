/**
 * @module Where channels rest: members, messages, distributions of sender keys, invitations, and records that members
 * sign and the relay does not read. A port like those in `store.ts`, with the same promises.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { ExchangeKey } from '#store/store.ts'

export type ChannelRole = 'owner' | 'moderator' | 'member'
export type ChannelAccess = 'public' | 'private'

/** Invitations that a channel keeps. */
export const maxInvites = 1024

/** Recipients for whom a channel keeps what one sender distributed. */
export const maxDistributions = 8192

export interface NewChannel {
  readonly channel: ChannelId
  /** Opaque. */
  readonly metadata: Uint8Array
  readonly access: ChannelAccess
  readonly nowMillis: number
}

export interface Membership {
  readonly role: ChannelRole
  readonly joinedAtMillis: number
  /** Of the last message before they joined: they read only what is behind it. */
  readonly joinedAfter: number
}

export interface Member extends Membership {
  readonly identity: IdentityKey
  /** What they said of themselves when they last entered. */
  readonly exchangeKey: ExchangeKey | undefined
}

export interface JoinRequest {
  readonly channel: ChannelId
  readonly identity: IdentityKey
  /** SHA-256 of the invitation's token. One use of it is spent only by somebody whom it lets in. */
  readonly inviteHash: Uint8Array | undefined
  /** Make the channel when there is none; whoever joins is then its owner. */
  readonly ifMissing: Omit<NewChannel, 'channel' | 'nowMillis'> | undefined
  readonly maxMembers: number
  readonly nowMillis: number
}

export type JoinOutcome =
  /** `isNew` is false for somebody who was a member before: nothing changed. */
  | { readonly kind: 'joined'; readonly isNew: boolean; readonly wasMade: boolean }
  | { readonly kind: 'banned' }
  /** The channel is private, and no invitation came along. */
  | { readonly kind: 'invite-needed' }
  /** Unknown, expired, used up, or of another channel. */
  | { readonly kind: 'invite-refused' }
  | { readonly kind: 'full' }
  | { readonly kind: 'unknown-channel' }

export interface ChannelPost {
  readonly channel: ChannelId
  readonly sender: IdentityKey
  /** 16 bytes. A second post with the same id by the same sender stores nothing. */
  readonly id: Uint8Array
  readonly body: Uint8Array
  /** What the sender says of the size: an integer that is handed on. */
  readonly bucket: number
  readonly acceptedAtMillis: number
  readonly expiresAtMillis: number
}

export interface ChannelMessage extends Omit<ChannelPost, 'channel' | 'expiresAtMillis'> {
  /** From 1, one more for each message of this channel, never used twice. */
  readonly sequence: number
}

export type PostOutcome =
  | { readonly kind: 'stored'; readonly sequence: number }
  | {
      readonly kind: 'duplicate'
      readonly sequence: number
      readonly acceptedAtMillis: number
    }
  | { readonly kind: 'not-a-member' }

/** How much a channel keeps. The oldest go when a new message needs their place; the newest stays, however large. */
export interface HistoryLimits {
  readonly maxMessages: number
  readonly maxBytes: number
}

export interface HistoryQuery {
  /** Only what this member may read. Others get nothing. */
  readonly reader: IdentityKey
  /** Behind this sequence number. */
  readonly after: number
  /** Accepted in a later second than this one, counted from 1970; undefined for no such bound. */
  readonly afterSecond: number | undefined
  readonly maxMessages: number
  readonly maxBytes: number
  readonly nowMillis: number
}

export interface History {
  /** In order of sequence. At least one when one is there. */
  readonly messages: readonly ChannelMessage[]
  readonly more: boolean
  readonly damaged: number
}

export interface SenderKey {
  readonly sender: IdentityKey
  /** X25519. */
  readonly senderExchangeKey: ExchangeKey
  readonly distribution: Uint8Array
}

export interface ChannelRecord {
  /** From 1, without gaps. */
  readonly number: number
  readonly record: Uint8Array
}

export type AppendOutcome =
  | { readonly kind: 'appended'; readonly number: number }
  /** `after` is not the last number. */
  | { readonly kind: 'conflict'; readonly last: number }
  | { readonly kind: 'full' }
  | { readonly kind: 'not-a-member' }

export interface ChannelStore {
  /** The creator is its first member, and its owner. */
  create(channel: NewChannel, creator: IdentityKey): Promise<'created' | 'exists'>
  join(request: JoinRequest): Promise<JoinOutcome>
  /**
   * False when they were no member. Distributions of sender keys from and to them go, too. A channel is never without
   * an owner: when that one leaves, the longest-standing moderator takes the place, or else the longest-standing
   * member. When the last member leaves nothing is left of the channel, and its id is free.
   */
  leave(channel: ChannelId, identity: IdentityKey): Promise<boolean>
  membership(channel: ChannelId, identity: IdentityKey): Promise<Membership | undefined>
  /** In the order in which they joined. */
  members(channel: ChannelId): Promise<readonly Member[]>
  channelsOf(identity: IdentityKey): Promise<readonly ChannelId[]>
  metadata(channel: ChannelId): Promise<Uint8Array | undefined>
  access(channel: ChannelId): Promise<ChannelAccess | undefined>
  setAccess(channel: ChannelId, access: ChannelAccess): Promise<void>
  /**
   * A channel has one owner: making somebody the owner makes the former one a moderator, and there is no other way to
   * change the owner's role. False when they are no member, or the owner.
   */
  setRole(channel: ChannelId, identity: IdentityKey, role: ChannelRole): Promise<boolean>
  /**
   * Ends their membership if there is one (as `leave`), and keeps them out until `unban`. Resolves to whether there was
   * one. A second ban replaces the reason of the first. In a channel that does not exist nothing happens.
   */
  ban(channel: ChannelId, identity: IdentityKey, reason: string | undefined): Promise<boolean>
  unban(channel: ChannelId, identity: IdentityKey): Promise<void>
  /** In the order in which they were first banned. */
  bans(
    channel: ChannelId,
  ): Promise<readonly { readonly identity: IdentityKey; readonly reason: string | undefined }[]>
  /** Beyond {@link maxInvites} the oldest goes. In a channel that does not exist nothing happens. */
  invite(
    channel: ChannelId,
    invite: {
      readonly hash: Uint8Array
      readonly uses: number
      readonly expiresAtMillis: number | undefined
    },
  ): Promise<void>

  post(post: ChannelPost, limits: HistoryLimits): Promise<PostOutcome>
  history(channel: ChannelId, query: HistoryQuery): Promise<History>
  /**
   * Keeps the newest of this sender for each recipient, members or not, and of {@link maxDistributions} recipients at
   * most: the oldest go. `false` when the sender is no member, and nothing was kept.
   */
  keepSenderKeys(
    channel: ChannelId,
    key: Omit<SenderKey, 'distribution'>,
    distributions: readonly {
      readonly recipient: IdentityKey
      readonly distribution: Uint8Array
    }[],
  ): Promise<boolean>
  senderKeysFor(channel: ChannelId, recipient: IdentityKey): Promise<readonly SenderKey[]>

  append(
    channel: ChannelId,
    author: IdentityKey,
    record: Uint8Array,
    limits: {
      /** Refuse when this is not the last number. */
      readonly after: number | undefined
      readonly maxRecords: number
      /** Of one author who is neither owner nor moderator. */
      readonly maxOfMember: number
    },
  ): Promise<AppendOutcome>
  records(
    channel: ChannelId,
    after: number,
    limit: number,
  ): Promise<{ readonly records: readonly ChannelRecord[]; readonly more: boolean }>

  /** Removes messages and invitations that expired, `limit` at most. Resolves to how many went. */
  expire(nowMillis: number, limit: number): Promise<number>
}
