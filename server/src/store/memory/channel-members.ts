/**
 * @module What a channel is in memory, and who is in it.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import {
  maxInvites,
  type ChannelAccess,
  type ChannelMessage,
  type ChannelRole,
  type ChannelStore,
  type JoinOutcome,
  type JoinRequest,
  type Membership,
  type NewChannel,
  type SenderKey,
} from '#store/channels.ts'
import { copyOf, keyOf } from '#store/memory/mailboxes.ts'

export interface KeptMessage extends ChannelMessage {
  readonly expiresAtMillis: number
}

export interface KeptSenderKey extends SenderKey {
  readonly recipient: IdentityKey
}

interface MemberRow extends Membership {
  readonly identity: IdentityKey
}

interface Ban {
  readonly identity: IdentityKey
  readonly reason: string | undefined
}

type NewInvite = Parameters<ChannelStore['invite']>[1]

/** Maps are by the hex of an identity or a hash, and in the order in which their entries came. */
export interface Channel {
  readonly id: ChannelId
  readonly metadata: Uint8Array
  access: ChannelAccess
  readonly members: Map<string, MemberRow>
  readonly bans: Map<string, Ban>
  readonly invites: Map<string, NewInvite>
  /** By id and sender. */
  readonly messages: Map<string, KeptMessage>
  bytes: number
  lastSequence: number
  readonly records: { readonly author: string; readonly record: Uint8Array }[]
  /** By sender, then by recipient. */
  readonly senderKeys: Map<string, Map<string, KeptSenderKey>>
}

export class ChannelMembers {
  readonly #channels = new Map<string, Channel>()
  /** By the hex of an identity; nobody is in it without a channel. */
  readonly #channelsOf = new Map<string, Set<Channel>>()

  /** For what happens to all channels. */
  all(): Iterable<Channel> {
    return this.#channels.values()
  }

  find(channel: ChannelId): Channel | undefined {
    return this.#channels.get(keyOf(channel))
  }

  channelsOf(identity: IdentityKey): readonly ChannelId[] {
    return Array.from(this.#channelsOf.get(keyOf(identity)) ?? [], ({ id }) => id)
  }

  create(request: NewChannel, creator: IdentityKey): 'created' | 'exists' {
    const key = keyOf(request.channel)
    if (this.#channels.has(key)) return 'exists'
    const channel: Channel = {
      id: copyOf(request.channel),
      metadata: copyOf(request.metadata),
      access: request.access,
      members: new Map(),
      bans: new Map(),
      invites: new Map(),
      messages: new Map(),
      bytes: 0,
      lastSequence: 0,
      records: [],
      senderKeys: new Map(),
    }
    this.#channels.set(key, channel)
    this.#admit(channel, creator, 'owner', request.nowMillis)
    return 'created'
  }

  join(request: JoinRequest): JoinOutcome {
    const { identity, ifMissing, nowMillis } = request
    const channel = this.find(request.channel)
    if (channel === undefined) {
      if (ifMissing === undefined) return { kind: 'unknown-channel' }
      this.create({ ...ifMissing, channel: request.channel, nowMillis }, identity)
      return { kind: 'joined', isNew: true, wasMade: true }
    }
    if (channel.bans.has(keyOf(identity))) return { kind: 'banned' }
    if (channel.members.has(keyOf(identity))) {
      return { kind: 'joined', isNew: false, wasMade: false }
    }
    const isPrivate = channel.access === 'private'
    if (isPrivate && request.inviteHash === undefined) return { kind: 'invite-needed' }
    const hash = keyOf(request.inviteHash ?? new Uint8Array())
    const invite = channel.invites.get(hash)
    if (isPrivate && (invite === undefined || isOver(invite, nowMillis))) {
      return { kind: 'invite-refused' }
    }
    if (channel.members.size >= request.maxMembers) return { kind: 'full' }
    if (isPrivate && invite !== undefined) {
      if (invite.uses === 1) channel.invites.delete(hash)
      else channel.invites.set(hash, { ...invite, uses: invite.uses - 1 })
    }
    this.#admit(channel, identity, 'member', nowMillis)
    return { kind: 'joined', isNew: true, wasMade: false }
  }

  leave(id: ChannelId, identity: IdentityKey): boolean {
    const channel = this.find(id)
    const leaver = channel?.members.get(keyOf(identity))
    if (channel === undefined || leaver === undefined) return false
    const key = keyOf(identity)
    channel.members.delete(key)
    this.#forget(key, channel)
    removeSenderKeys(channel, key)
    const left = [...channel.members.values()]
    if (left.length === 0) this.#channels.delete(keyOf(id))
    const heir = left.find((member) => member.role === 'moderator') ?? left[0]
    if (leaver.role === 'owner' && heir !== undefined) giveRole(channel, heir, 'owner')
    return true
  }

  setRole(id: ChannelId, identity: IdentityKey, role: ChannelRole): boolean {
    const channel = this.find(id)
    const member = channel?.members.get(keyOf(identity))
    if (channel === undefined || member === undefined || member.role === 'owner') return false
    if (role === 'owner') {
      for (const other of channel.members.values()) {
        if (other.role === 'owner') giveRole(channel, other, 'moderator')
      }
    }
    giveRole(channel, member, role)
    return true
  }

  ban(id: ChannelId, identity: IdentityKey, reason: string | undefined): boolean {
    const channel = this.find(id)
    if (channel === undefined) return false
    const key = keyOf(identity)
    channel.bans.set(key, { identity: copyOf(identity), reason })
    removeSenderKeys(channel, key)
    return this.leave(id, identity)
  }

  invite(id: ChannelId, { hash, uses, expiresAtMillis }: NewInvite): void {
    const invites = this.find(id)?.invites
    if (invites === undefined) return
    // Said again it is the newest.
    invites.delete(keyOf(hash))
    invites.set(keyOf(hash), { hash: copyOf(hash), uses, expiresAtMillis })
    const [oldest] = invites.keys()
    if (invites.size > maxInvites && oldest !== undefined) invites.delete(oldest)
  }

  expireInvites(nowMillis: number, limit: number): number {
    let removed = 0
    for (const { invites } of this.#channels.values()) {
      for (const [key, { expiresAtMillis }] of invites) {
        if (expiresAtMillis === undefined || expiresAtMillis > nowMillis) continue
        if (removed === limit) return removed
        invites.delete(key)
        removed++
      }
    }
    return removed
  }

  #admit(channel: Channel, identity: IdentityKey, role: ChannelRole, joinedAtMillis: number): void {
    const key = keyOf(identity)
    const { lastSequence: joinedAfter } = channel
    channel.members.set(key, { identity: copyOf(identity), role, joinedAtMillis, joinedAfter })
    const channels = this.#channelsOf.get(key) ?? new Set()
    this.#channelsOf.set(key, channels.add(channel))
  }

  #forget(key: string, channel: Channel): void {
    const channels = this.#channelsOf.get(key)
    channels?.delete(channel)
    if (channels?.size === 0) this.#channelsOf.delete(key)
  }
}

function isOver({ uses, expiresAtMillis }: NewInvite, nowMillis: number): boolean {
  return uses < 1 || (expiresAtMillis !== undefined && expiresAtMillis <= nowMillis)
}

function removeSenderKeys(channel: Channel, key: string): void {
  channel.senderKeys.delete(key)
  for (const byRecipient of channel.senderKeys.values()) byRecipient.delete(key)
}

function giveRole(channel: Channel, member: MemberRow, role: ChannelRole): void {
  channel.members.set(keyOf(member.identity), { ...member, role })
}
