/**
 * @module Channels in SQLite, on the relay's thread: what is asked for is read here, and what is to be decided is handed
 * to the programs of the writing thread.
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
import {
  memberPrograms,
  type AccessInput,
  type BanInput,
  type CreateInput,
  type InviteInput,
  type MemberInput,
  type RoleInput,
} from '#store/sqlite/channel-members.ts'
import {
  ChannelHistory,
  messagePrograms,
  type ExpireInput,
  type PostInput,
} from '#store/sqlite/channel-messages.ts'
import { ChannelRecords, recordPrograms, type AppendInput } from '#store/sqlite/channel-records.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'
import { exchangeKeyIn, type ExchangeKeyColumns } from '#store/sqlite/identities.ts'
import { senderKeyPrograms, SenderKeys, type KeepInput } from '#store/sqlite/sender-keys.ts'
import type { Writer } from '#store/sqlite/writer.ts'

export function channelPrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  return {
    ...memberPrograms(connection),
    ...messagePrograms(connection),
    ...recordPrograms(connection),
    ...senderKeyPrograms(connection),
  }
}

interface MembershipRow {
  readonly role: ChannelRole
  readonly joined_at: number
  readonly joined_after: number
}

interface MemberRow extends MembershipRow, ExchangeKeyColumns {
  readonly identity: IdentityKey
}

export class SqliteChannels implements ChannelStore {
  readonly #writer: Writer
  readonly #history: ChannelHistory
  readonly #records: ChannelRecords
  readonly #senderKeys: SenderKeys
  readonly #selectMetadata: Statement<{ metadata: Uint8Array }>
  readonly #selectAccess: Statement<{ access: ChannelAccess }>
  readonly #selectMember: Statement<MembershipRow>
  readonly #selectMembers: Statement<MemberRow>
  readonly #selectChannelsOf: Statement<{ id: ChannelId }>
  readonly #selectBans: Statement<{ identity: IdentityKey; reason: string | null }>

  constructor(writer: Writer, reader: Connection) {
    this.#writer = writer
    this.#history = new ChannelHistory(reader)
    this.#records = new ChannelRecords(reader)
    this.#senderKeys = new SenderKeys(reader)
    this.#selectMetadata = reader.prepare('SELECT metadata FROM channel WHERE id = ?')
    this.#selectAccess = reader.prepare('SELECT access FROM channel WHERE id = ?')
    this.#selectMember = reader.prepare(
      `SELECT m.role, m.joined_at, m.joined_after FROM channel c
       JOIN channel_member m ON m.channel = c.number AND m.identity = ? WHERE c.id = ?`,
    )
    this.#selectMembers = reader.prepare(
      `SELECT m.identity, m.role, m.joined_at, m.joined_after,
         i.exchange_key, i.exchange_signature
       FROM channel c
       JOIN channel_member m ON m.channel = c.number
       LEFT JOIN identity i ON i.key = m.identity
       WHERE c.id = ? ORDER BY m.number`,
    )
    this.#selectChannelsOf = reader.prepare(
      `SELECT c.id FROM channel_member m JOIN channel c ON c.number = m.channel
       WHERE m.identity = ? ORDER BY m.number`,
    )
    this.#selectBans = reader.prepare(
      `SELECT b.identity, b.reason FROM channel c JOIN channel_ban b ON b.channel = c.number
       WHERE c.id = ? ORDER BY b.number`,
    )
  }

  create(channel: NewChannel, creator: IdentityKey): Promise<'created' | 'exists'> {
    return this.#writer.call('channels.create', { channel, creator } satisfies CreateInput)
  }

  join(request: JoinRequest): Promise<JoinOutcome> {
    return this.#writer.call('channels.join', request)
  }

  leave(channel: ChannelId, identity: IdentityKey): Promise<boolean> {
    return this.#writer.call('channels.leave', { channel, identity } satisfies MemberInput)
  }

  async membership(channel: ChannelId, identity: IdentityKey): Promise<Membership | undefined> {
    const row = this.#selectMember.get(identity, channel)
    return row && membershipIn(row)
  }

  async members(channel: ChannelId): Promise<readonly Member[]> {
    return this.#selectMembers.all(channel).map((row) => ({
      identity: row.identity,
      ...membershipIn(row),
      exchangeKey: exchangeKeyIn(row),
    }))
  }

  async channelsOf(identity: IdentityKey): Promise<readonly ChannelId[]> {
    return this.#selectChannelsOf.all(identity).map((row) => row.id)
  }

  async metadata(channel: ChannelId): Promise<Uint8Array | undefined> {
    return this.#selectMetadata.get(channel)?.metadata
  }

  async access(channel: ChannelId): Promise<ChannelAccess | undefined> {
    return this.#selectAccess.get(channel)?.access
  }

  setAccess(channel: ChannelId, access: ChannelAccess): Promise<void> {
    return this.#writer.call('channels.set-access', { channel, access } satisfies AccessInput)
  }

  setRole(channel: ChannelId, identity: IdentityKey, role: ChannelRole): Promise<boolean> {
    const input: RoleInput = { channel, identity, role }
    return this.#writer.call('channels.set-role', input)
  }

  ban(channel: ChannelId, identity: IdentityKey, reason: string | undefined): Promise<boolean> {
    return this.#writer.call('channels.ban', { channel, identity, reason } satisfies BanInput)
  }

  unban(channel: ChannelId, identity: IdentityKey): Promise<void> {
    return this.#writer.call('channels.unban', { channel, identity } satisfies MemberInput)
  }

  async bans(channel: ChannelId): ReturnType<ChannelStore['bans']> {
    return this.#selectBans
      .all(channel)
      .map(({ identity, reason }) => ({ identity, reason: reason ?? undefined }))
  }

  invite(channel: ChannelId, invite: InviteInput['invite']): Promise<void> {
    return this.#writer.call('channels.invite', { channel, invite } satisfies InviteInput)
  }

  post(post: ChannelPost, limits: HistoryLimits): Promise<PostOutcome> {
    return this.#writer.call('channels.post', { post, limits } satisfies PostInput)
  }

  async history(channel: ChannelId, query: HistoryQuery): Promise<History> {
    return this.#history.read(channel, query)
  }

  keepSenderKeys(
    channel: ChannelId,
    key: Omit<SenderKey, 'distribution'>,
    distributions: KeepInput['distributions'],
  ): Promise<boolean> {
    const input: KeepInput = { channel, key, distributions }
    return this.#writer.call('channels.keep-sender-keys', input)
  }

  async senderKeysFor(channel: ChannelId, recipient: IdentityKey): Promise<readonly SenderKey[]> {
    return this.#senderKeys.of(channel, recipient)
  }

  append(
    channel: ChannelId,
    author: IdentityKey,
    record: Uint8Array,
    limits: AppendInput['limits'],
  ): Promise<AppendOutcome> {
    const input: AppendInput = { channel, author, record, limits }
    return this.#writer.call('channels.append', input)
  }

  async records(
    channel: ChannelId,
    after: number,
    limit: number,
  ): ReturnType<ChannelStore['records']> {
    return this.#records.read(channel, after, limit)
  }

  expire(nowMillis: number, limit: number): Promise<number> {
    return this.#writer.call('channels.expire', { nowMillis, limit } satisfies ExpireInput)
  }
}

function membershipIn(row: MembershipRow): Membership {
  return { role: row.role, joinedAtMillis: row.joined_at, joinedAfter: row.joined_after }
}
