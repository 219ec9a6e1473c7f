/**
 * @module Records of channels in SQLite.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { AppendOutcome, ChannelRecord, ChannelStore } from '#store/channels.ts'
import { memberLookup } from '#store/sqlite/channel-members.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'

// ------------------------------------------------------------------------------------- the writing thread

export interface AppendInput {
  readonly channel: ChannelId
  readonly author: IdentityKey
  readonly record: Uint8Array
  readonly limits: Parameters<ChannelStore['append']>[3]
}

export function recordPrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  const findMember = memberLookup(connection)
  const countOwn = connection.prepare<{ count: number }>(
    'SELECT count(*) AS count FROM channel_record WHERE channel = ? AND author = ?',
  )
  const insert = connection.prepare(
    'INSERT INTO channel_record (channel, place, author, record) VALUES (?, ?, ?, ?)',
  )
  const setLast = connection.prepare('UPDATE channel_state SET last_record = ? WHERE channel = ?')

  function append({ channel, author, record, limits }: AppendInput): AppendOutcome {
    const member = findMember(channel, author)
    if (member === undefined) return { kind: 'not-a-member' }
    const last = member.last_record
    if (limits.after !== undefined && limits.after !== last) return { kind: 'conflict', last }
    if (last >= limits.maxRecords) return { kind: 'full' }
    if (member.role === 'member') {
      const own = countOwn.get(member.channel, author)?.count ?? 0
      if (own >= limits.maxOfMember) return { kind: 'full' }
    }
    insert.run(member.channel, last + 1, author, record)
    setLast.run(last + 1, member.channel)
    return { kind: 'appended', number: last + 1 }
  }

  return { 'channels.append': append }
}

// --------------------------------------------------------------------------------------- the relay's thread

export class ChannelRecords {
  readonly #select: Statement<ChannelRecord>

  constructor(reader: Connection) {
    this.#select = reader.prepare(
      `SELECT r.place AS number, r.record FROM channel c
       JOIN channel_record r ON r.channel = c.number
       WHERE c.id = ? AND r.place > ? ORDER BY r.place LIMIT ?`,
    )
  }

  read(
    channel: ChannelId,
    after: number,
    limit: number,
  ): { readonly records: readonly ChannelRecord[]; readonly more: boolean } {
    const rows = this.#select.all(channel, after, limit + 1)
    const records = rows.slice(0, limit).map(({ number, record }) => ({ number, record }))
    return { records, more: rows.length > limit }
  }
}
