/**
 * @module Channels in memory.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type {
  AppendOutcome,
  ChannelAccess,
  ChannelPost,
  ChannelRole,
  ChannelStore,
  History,
  HistoryLimits,
  HistoryQuery,
  JoinOutcome,
  JoinRequest,
  Member,
  Membership,
  NewChannel,
  PostOutcome,
  SenderKey,
} from '#store/channels.ts'
import { ChannelMembers } from '#store/memory/channel-members.ts'
import { expireMessages, history, post } from '#store/memory/channel-messages.ts'
import { append, records } from '#store/memory/channel-records.ts'
import type { MemoryIdentities } from '#store/memory/identities.ts'
import { keyOf } from '#store/memory/mailboxes.ts'
import { keepSenderKeys, senderKeysFor } from '#store/memory/sender-keys.ts'

export class MemoryChannels implements ChannelStore {
  readonly #members = new ChannelMembers()
  readonly #identities: MemoryIdentities

  constructor(identities: MemoryIdentities) {
    this.#identities = identities
  }

  async create(channel: NewChannel, creator: IdentityKey): Promise<'created' | 'exists'> {
    return this.#members.create(channel, creator)
  }

  async join(request: JoinRequest): Promise<JoinOutcome> {
    return this.#members.join(request)
  }

  async leave(channel: ChannelId, identity: IdentityKey): Promise<boolean> {
    return this.#members.leave(channel, identity)
  }

  async membership(channel: ChannelId, identity: IdentityKey): Promise<Membership | undefined> {
    const row = this.#members.find(channel)?.members.get(keyOf(identity))
    if (row === undefined) return undefined
    const { identity: _, ...membership } = row
    return membership
  }

  async members(channel: ChannelId): Promise<readonly Member[]> {
    const rows = this.#members.find(channel)?.members.values() ?? []
    return Array.from(rows, (row) => ({
      ...row,
      exchangeKey: this.#identities.exchangeKeyOf(row.identity),
    }))
  }

  async channelsOf(identity: IdentityKey): Promise<readonly ChannelId[]> {
    return this.#members.channelsOf(identity)
  }

  async metadata(channel: ChannelId): Promise<Uint8Array | undefined> {
    return this.#members.find(channel)?.metadata
  }

  async access(channel: ChannelId): Promise<ChannelAccess | undefined> {
    return this.#members.find(channel)?.access
  }

  async setAccess(id: ChannelId, access: ChannelAccess): Promise<void> {
    const channel = this.#members.find(id)
    if (channel !== undefined) channel.access = access
  }

  async setRole(channel: ChannelId, identity: IdentityKey, role: ChannelRole): Promise<boolean> {
    return this.#members.setRole(channel, identity, role)
  }

  async ban(
    channel: ChannelId,
    identity: IdentityKey,
    reason: string | undefined,
  ): Promise<boolean> {
    return this.#members.ban(channel, identity, reason)
  }

  async unban(channel: ChannelId, identity: IdentityKey): Promise<void> {
    this.#members.find(channel)?.bans.delete(keyOf(identity))
  }

  async bans(channel: ChannelId): ReturnType<ChannelStore['bans']> {
    return [...(this.#members.find(channel)?.bans.values() ?? [])]
  }

  async invite(channel: ChannelId, invite: Parameters<ChannelStore['invite']>[1]): Promise<void> {
    this.#members.invite(channel, invite)
  }

  async post(message: ChannelPost, limits: HistoryLimits): Promise<PostOutcome> {
    return post(this.#members.find(message.channel), message, limits)
  }

  async history(channel: ChannelId, query: HistoryQuery): Promise<History> {
    return history(this.#members.find(channel), query)
  }

  async keepSenderKeys(
    channel: ChannelId,
    key: Omit<SenderKey, 'distribution'>,
    distributions: Parameters<ChannelStore['keepSenderKeys']>[2],
  ): Promise<boolean> {
    return keepSenderKeys(this.#members.find(channel), key, distributions)
  }

  async senderKeysFor(channel: ChannelId, recipient: IdentityKey): Promise<readonly SenderKey[]> {
    return senderKeysFor(this.#members.find(channel), recipient)
  }

  async append(
    channel: ChannelId,
    author: IdentityKey,
    record: Uint8Array,
    limits: Parameters<ChannelStore['append']>[3],
  ): Promise<AppendOutcome> {
    return append(this.#members.find(channel), author, record, limits)
  }

  async records(
    channel: ChannelId,
    after: number,
    limit: number,
  ): ReturnType<ChannelStore['records']> {
    return records(this.#members.find(channel), after, limit)
  }

  async expire(nowMillis: number, limit: number): Promise<number> {
    const messages = expireMessages(this.#members.all(), nowMillis, limit)
    return messages + this.#members.expireInvites(nowMillis, limit - messages)
  }
}
