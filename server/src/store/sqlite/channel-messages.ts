/**
 * @module Messages of channels in SQLite. The next number, the search for a twin, the row, and what must go to make room
 * for it are one program; what is read is read on the relay's thread.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type {
  ChannelMessage,
  ChannelPost,
  History,
  HistoryLimits,
  HistoryQuery,
  PostOutcome,
} from '#store/channels.ts'
import { crc32 } from '#store/checksum.ts'
import { StoreError } from '#store/store.ts'
import { memberLookup, type MemberState } from '#store/sqlite/channel-members.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'

/** So many messages go at most to make room for one; what is too much then goes with the next. */
const maxEvicted = 4096

/** Rows that are looked up at once. */
const rowsAtOnce = 256

interface MessageRow {
  readonly channel: number
  readonly sequence: number
  readonly id: Uint8Array
  readonly sender: IdentityKey
  readonly bucket: number
  readonly accepted_at: number
  readonly expires_at: number
  readonly body: Uint8Array
}

const header = new Uint8Array(5 * 8)
const headerView = new DataView(header.buffer)

/** CRC-32 (ISO 3309) over every field. */
function checksumOf(row: MessageRow): number {
  headerView.setFloat64(0, row.channel)
  headerView.setFloat64(8, row.sequence)
  headerView.setFloat64(16, row.bucket)
  headerView.setFloat64(24, row.accepted_at)
  headerView.setFloat64(32, row.expires_at)
  return crc32(row.body, crc32(row.sender, crc32(row.id, crc32(header))))
}

// ------------------------------------------------------------------------------------- the writing thread

export interface PostInput {
  readonly post: ChannelPost
  readonly limits: HistoryLimits
}

export interface ExpireInput {
  readonly nowMillis: number
  readonly limit: number
}

interface Removable {
  readonly number: number
  readonly channel: number
  readonly bytes: number
}

export function messagePrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  const findMember = memberLookup(connection)
  const selectTwin = connection.prepare<Pick<MessageRow, 'sequence' | 'accepted_at'>>(
    'SELECT sequence, accepted_at FROM channel_message WHERE channel = ? AND id = ? AND sender = ?',
  )
  const insert = connection.prepare(
    `INSERT INTO channel_message
     (channel, sequence, id, sender, bucket, accepted_at, expires_at, checksum, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const setState = connection.prepare(
    'UPDATE channel_state SET last_sequence = ?, messages = ?, bytes = ? WHERE channel = ?',
  )
  const selectOldest = connection.prepare<Removable>(
    `SELECT number, channel, length(body) AS bytes FROM channel_message
     WHERE channel = ? ORDER BY sequence LIMIT ?`,
  )
  const remove = connection.prepare('DELETE FROM channel_message WHERE number = ?')
  const selectExpired = connection.prepare<Removable>(
    `SELECT number, channel, length(body) AS bytes FROM channel_message
     WHERE expires_at <= ? ORDER BY expires_at LIMIT ?`,
  )
  const discount = connection.prepare(
    'UPDATE channel_state SET messages = messages - 1, bytes = bytes - ? WHERE channel = ?',
  )
  const removeInvites = connection.prepare<{ number: number }>(
    `DELETE FROM channel_invite WHERE number IN (
       SELECT number FROM channel_invite WHERE expires_at <= ? LIMIT ?) RETURNING number`,
  )

  function post({ post: sent, limits }: PostInput): PostOutcome {
    const { sender, id, body, bucket, acceptedAtMillis, expiresAtMillis } = sent
    const member = findMember(sent.channel, sender)
    if (member === undefined) return { kind: 'not-a-member' }
    const { channel } = member
    const twin = selectTwin.get(channel, id, sender)
    if (twin !== undefined) {
      return { kind: 'duplicate', sequence: twin.sequence, acceptedAtMillis: twin.accepted_at }
    }
    const sequence = member.last_sequence + 1
    const checksum = checksumOf({
      channel,
      sequence,
      id,
      sender,
      bucket,
      accepted_at: acceptedAtMillis,
      expires_at: expiresAtMillis,
      body,
    })
    const kept = makeRoom(member, body.length, limits)
    insert.run(
      channel,
      sequence,
      id,
      sender,
      bucket,
      acceptedAtMillis,
      expiresAtMillis,
      checksum,
      body,
    )
    setState.run(sequence, kept.messages + 1, kept.bytes + body.length, channel)
    return { kind: 'stored', sequence }
  }

  /** Removes the oldest until one more of these bytes fits, and returns what is left. */
  function makeRoom(
    { channel, messages, bytes }: MemberState,
    added: number,
    { maxMessages, maxBytes }: HistoryLimits,
  ): { readonly messages: number; readonly bytes: number } {
    let [count, held, evicted] = [messages, bytes, 0]
    const isTooMuch = (): boolean => count + 1 > maxMessages || held + added > maxBytes
    while (count > 0 && evicted < maxEvicted && isTooMuch()) {
      // Mostly it is one that goes; where it is more they are looked up many at a time.
      const rows = evicted === 0 ? 1 : Math.min(rowsAtOnce, maxEvicted - evicted)
      const oldest = selectOldest.all(channel, rows)
      if (oldest.length === 0) break
      for (const row of oldest) {
        if (!isTooMuch()) break
        remove.run(row.number)
        count--
        held -= row.bytes
        evicted++
      }
    }
    return { messages: count, bytes: held }
  }

  function expire({ nowMillis, limit }: ExpireInput): number {
    const expired = selectExpired.all(nowMillis, limit)
    for (const row of expired) {
      remove.run(row.number)
      discount.run(row.bytes, row.channel)
    }
    return expired.length + removeInvites.all(nowMillis, limit - expired.length).length
  }

  return { 'channels.post': post, 'channels.expire': expire }
}

// --------------------------------------------------------------------------------------- the relay's thread

interface ReaderRow {
  readonly channel: number
  readonly joined_at: number
  readonly joined_after: number
}

export class ChannelHistory {
  readonly #selectReader: Statement<ReaderRow>
  readonly #selectPage: Statement<{ number: number; sequence: number; bytes: number }>
  readonly #selectMessage: Statement<MessageRow & { readonly checksum: number }>

  constructor(reader: Connection) {
    this.#selectReader = reader.prepare(
      `SELECT m.channel, m.joined_at, m.joined_after FROM channel c
       JOIN channel_member m ON m.channel = c.number AND m.identity = ? WHERE c.id = ?`,
    )
    this.#selectPage = reader.prepare(
      `SELECT number, sequence, length(body) AS bytes FROM channel_message
       WHERE channel = ? AND sequence > ? AND accepted_at >= ? AND expires_at > ?
       ORDER BY sequence LIMIT ?`,
    )
    this.#selectMessage = reader.prepare('SELECT * FROM channel_message WHERE number = ?')
  }

  read(channel: ChannelId, query: HistoryQuery): History {
    const { afterSecond, maxMessages, maxBytes, nowMillis } = query
    const messages: ChannelMessage[] = []
    let damaged = 0
    let bytes = 0
    const member = this.#selectReader.get(query.reader, channel)
    if (member === undefined) return { messages, more: false, damaged }
    const acceptedFrom =
      afterSecond === undefined
        ? 0
        : (Math.max(afterSecond, Math.floor(member.joined_at / 1000)) + 1) * 1000
    let cursor = Math.max(query.after, member.joined_after)
    for (;;) {
      // One more than fits tells whether there is more.
      const wanted = Math.min(rowsAtOnce, maxMessages - messages.length + 1)
      const rows = this.#selectPage.all(member.channel, cursor, acceptedFrom, nowMillis, wanted)
      for (const row of rows) {
        const isFull = messages.length > 0 && bytes + row.bytes > maxBytes
        if (isFull || messages.length === maxMessages) return { messages, more: true, damaged }
        cursor = row.sequence
        const found = this.#readMessage(row.number)
        if (found === 'damaged') damaged++
        if (typeof found === 'string') continue
        messages.push(found)
        bytes += found.body.length
      }
      if (rows.length < wanted) return { messages, more: false, damaged }
    }
  }

  /** 'gone' when it was removed since the page was looked up. */
  #readMessage(number: number): ChannelMessage | 'damaged' | 'gone' {
    const row = this.#selectRow(number)
    if (row === undefined) return 'gone'
    if (row === 'damaged' || checksumOf(row) !== row.checksum) return 'damaged'
    const { sequence, sender, id, body, bucket, accepted_at: acceptedAtMillis } = row
    return { sequence, sender, id, body, bucket, acceptedAtMillis }
  }

  #selectRow(number: number): (MessageRow & { checksum: number }) | 'damaged' | undefined {
    try {
      return this.#selectMessage.get(number)
    } catch (cause) {
      if (cause instanceof Error && /malformed|corrupt/i.test(cause.message)) return 'damaged'
      throw new StoreError('unusable', 'Cannot read message of channel', { cause })
    }
  }
}
