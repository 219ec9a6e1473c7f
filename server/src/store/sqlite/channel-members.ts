/**
 * @module Who is in a channel, on the writing thread: what comes, goes, is let in and is kept out.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import {
  maxInvites,
  type ChannelAccess,
  type ChannelRole,
  type ChannelStore,
  type JoinOutcome,
  type JoinRequest,
  type NewChannel,
} from '#store/channels.ts'
import type { Connection } from '#store/sqlite/driver.ts'

/** A member, and what is known of their channel. */
export interface MemberState {
  readonly channel: number
  readonly role: ChannelRole
  readonly members: number
  readonly messages: number
  readonly bytes: number
  readonly last_sequence: number
  readonly last_record: number
}

export type FindMember = (channel: ChannelId, identity: IdentityKey) => MemberState | undefined

export function memberLookup(connection: Connection): FindMember {
  const select = connection.prepare<MemberState>(
    `SELECT c.number AS channel, m.role, s.members, s.messages, s.bytes, s.last_sequence, s.last_record
     FROM channel c
     JOIN channel_member m ON m.channel = c.number AND m.identity = ?
     JOIN channel_state s ON s.channel = c.number
     WHERE c.id = ?`,
  )
  return (channel, identity) => select.get(identity, channel)
}

export interface MemberInput {
  readonly channel: ChannelId
  readonly identity: IdentityKey
}

export interface CreateInput {
  readonly channel: NewChannel
  readonly creator: IdentityKey
}

export interface RoleInput extends MemberInput {
  readonly role: ChannelRole
}

export interface BanInput extends MemberInput {
  readonly reason: string | undefined
}

export interface AccessInput {
  readonly channel: ChannelId
  readonly access: ChannelAccess
}

export interface InviteInput {
  readonly channel: ChannelId
  readonly invite: Parameters<ChannelStore['invite']>[1]
}

interface InviteRow {
  readonly number: number
  readonly uses: number
  readonly expires_at: number | null
}

export function memberPrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  const findMember = memberLookup(connection)
  const bans = banWrites(connection)
  const invites = inviteWrites(connection)
  const removeSenderKeys = senderKeyRemoval(connection)
  const selectChannel = connection.prepare<ChannelRow>(
    `SELECT c.number, c.access, s.members, s.last_sequence
     FROM channel c JOIN channel_state s ON s.channel = c.number WHERE c.id = ?`,
  )
  const insertChannel = connection.prepare<{ number: number }>(
    'INSERT INTO channel (id, access, metadata) VALUES (?, ?, ?) RETURNING number',
  )
  const insertState = connection.prepare('INSERT INTO channel_state (channel) VALUES (?)')
  const removeChannel = connection.prepare('DELETE FROM channel WHERE number = ?')
  const setAccess = connection.prepare('UPDATE channel SET access = ? WHERE id = ?')
  const insertMember = connection.prepare(
    `INSERT INTO channel_member (channel, identity, role, joined_at, joined_after)
     VALUES (?, ?, ?, ?, ?)`,
  )
  const removeMember = connection.prepare(
    'DELETE FROM channel_member WHERE channel = ? AND identity = ?',
  )
  const countMember = connection.prepare(
    'UPDATE channel_state SET members = members + ? WHERE channel = ?',
  )
  const setRoleOf = connection.prepare(
    'UPDATE channel_member SET role = ? WHERE channel = ? AND identity = ?',
  )
  const stepDown = connection.prepare(
    `UPDATE channel_member SET role = 'moderator' WHERE channel = ? AND role = 'owner'`,
  )
  const appointHeir = connection.prepare(
    `UPDATE channel_member SET role = 'owner' WHERE number = (
       SELECT number FROM channel_member WHERE channel = ?
       ORDER BY role = 'moderator' DESC, number LIMIT 1)`,
  )

  function admit(
    channel: Pick<ChannelRow, 'number' | 'last_sequence'>,
    identity: IdentityKey,
    role: ChannelRole,
    nowMillis: number,
  ): void {
    insertMember.run(channel.number, identity, role, nowMillis, channel.last_sequence)
    countMember.run(1, channel.number)
  }

  function create({ channel, creator }: CreateInput): 'created' | 'exists' {
    if (selectChannel.get(channel.channel) !== undefined) return 'exists'
    const number = insertChannel.get(channel.channel, channel.access, channel.metadata)?.number
    if (number === undefined) throw new TypeError('Cannot create channel: no row came back')
    insertState.run(number)
    admit({ number, last_sequence: 0 }, creator, 'owner', channel.nowMillis)
    return 'created'
  }

  function join(request: JoinRequest): JoinOutcome {
    const { identity, inviteHash, ifMissing, nowMillis } = request
    const channel = selectChannel.get(request.channel)
    if (channel === undefined) {
      if (ifMissing === undefined) return { kind: 'unknown-channel' }
      const made = { ...ifMissing, channel: request.channel, nowMillis }
      create({ channel: made, creator: identity })
      return { kind: 'joined', isNew: true, wasMade: true }
    }
    if (bans.isBanned(channel.number, identity)) return { kind: 'banned' }
    if (findMember(request.channel, identity) !== undefined) {
      return { kind: 'joined', isNew: false, wasMade: false }
    }
    let ticket: InviteRow | undefined
    if (channel.access === 'private') {
      if (inviteHash === undefined) return { kind: 'invite-needed' }
      ticket = invites.find(channel.number, inviteHash, nowMillis)
      if (ticket === undefined) return { kind: 'invite-refused' }
    }
    if (channel.members >= request.maxMembers) return { kind: 'full' }
    if (ticket !== undefined) invites.spend(ticket)
    admit(channel, identity, 'member', nowMillis)
    return { kind: 'joined', isNew: true, wasMade: false }
  }

  function leave({ channel, identity }: MemberInput): boolean {
    const leaver = findMember(channel, identity)
    if (leaver === undefined) return false
    if (leaver.members === 1) {
      // Everything else that refers to it goes with it.
      removeChannel.run(leaver.channel)
      return true
    }
    removeMember.run(leaver.channel, identity)
    countMember.run(-1, leaver.channel)
    removeSenderKeys(leaver.channel, identity)
    if (leaver.role === 'owner') appointHeir.run(leaver.channel)
    return true
  }

  function setRole({ channel, identity, role }: RoleInput): boolean {
    const member = findMember(channel, identity)
    if (member === undefined || member.role === 'owner') return false
    if (role === 'owner') stepDown.run(member.channel)
    setRoleOf.run(role, member.channel, identity)
    return true
  }

  function ban(input: BanInput): boolean {
    const number = selectChannel.get(input.channel)?.number
    if (number === undefined) return false
    bans.keepOut(number, input.identity, input.reason)
    removeSenderKeys(number, input.identity)
    return leave(input)
  }

  return {
    'channels.create': create,
    'channels.join': join,
    'channels.leave': leave,
    'channels.set-role': setRole,
    'channels.ban': ban,
    'channels.unban': ({ channel, identity }: MemberInput): void =>
      bans.takeBack(selectChannel.get(channel)?.number, identity),
    'channels.set-access': ({ channel, access }: AccessInput): void =>
      void setAccess.run(access, channel),
    'channels.invite': ({ channel, invite }: InviteInput): void =>
      invites.put(selectChannel.get(channel)?.number, invite),
  }
}

interface ChannelRow {
  readonly number: number
  readonly access: ChannelAccess
  readonly members: number
  readonly last_sequence: number
}

function banWrites(connection: Connection): {
  keepOut(channel: number, identity: IdentityKey, reason: string | undefined): void
  takeBack(channel: number | undefined, identity: IdentityKey): void
  isBanned(channel: number, identity: IdentityKey): boolean
} {
  const put = connection.prepare(
    `INSERT INTO channel_ban (channel, identity, reason) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET reason = excluded.reason`,
  )
  const remove = connection.prepare('DELETE FROM channel_ban WHERE channel = ? AND identity = ?')
  const select = connection.prepare('SELECT 1 FROM channel_ban WHERE channel = ? AND identity = ?')
  return {
    keepOut: (channel, identity, reason) => void put.run(channel, identity, reason ?? null),
    takeBack: (channel, identity) => void remove.run(channel ?? null, identity),
    isBanned: (channel, identity) => select.get(channel, identity) !== undefined,
  }
}

function inviteWrites(connection: Connection): {
  put(channel: number | undefined, invite: InviteInput['invite']): void
  /** One that still lets somebody in. */
  find(channel: number, hash: Uint8Array, nowMillis: number): InviteRow | undefined
  spend(invite: InviteRow): void
} {
  // A new number for one that is given again: it is the newest.
  const insert = connection.prepare(
    'INSERT OR REPLACE INTO channel_invite (channel, hash, uses, expires_at) VALUES (?, ?, ?, ?)',
  )
  const removeOldest = connection.prepare(`DELETE FROM channel_invite WHERE number IN (
    SELECT number FROM channel_invite WHERE channel = ? ORDER BY number DESC LIMIT -1 OFFSET ?)`)
  const select = connection.prepare<InviteRow>(
    'SELECT number, uses, expires_at FROM channel_invite WHERE channel = ? AND hash = ?',
  )
  const setUses = connection.prepare('UPDATE channel_invite SET uses = ? WHERE number = ?')
  const remove = connection.prepare('DELETE FROM channel_invite WHERE number = ?')
  return {
    put(channel, { hash, uses, expiresAtMillis }) {
      if (channel === undefined) return
      insert.run(channel, hash, uses, expiresAtMillis ?? null)
      removeOldest.run(channel, maxInvites)
    },
    find(channel, hash, nowMillis) {
      const invite = select.get(channel, hash)
      if (invite === undefined || invite.uses < 1) return undefined
      if (invite.expires_at !== null && invite.expires_at <= nowMillis) return undefined
      return invite
    },
    spend({ number, uses }) {
      if (uses === 1) remove.run(number)
      else setUses.run(uses - 1, number)
    },
  }
}

function senderKeyRemoval(
  connection: Connection,
): (channel: number, identity: IdentityKey) => void {
  const removeFrom = connection.prepare('DELETE FROM sender_key WHERE channel = ? AND sender = ?')
  const removeTo = connection.prepare('DELETE FROM sender_key WHERE channel = ? AND recipient = ?')
  return (channel, identity) => {
    removeFrom.run(channel, identity)
    removeTo.run(channel, identity)
  }
}
