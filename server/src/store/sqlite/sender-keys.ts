/**
 * @module Distributions of sender keys in SQLite.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import { maxDistributions, type ChannelStore, type SenderKey } from '#store/channels.ts'
import { memberLookup } from '#store/sqlite/channel-members.ts'
import type { Connection, Statement } from '#store/sqlite/driver.ts'

// ------------------------------------------------------------------------------------- the writing thread

export interface KeepInput {
  readonly channel: ChannelId
  readonly key: Omit<SenderKey, 'distribution'>
  readonly distributions: Parameters<ChannelStore['keepSenderKeys']>[2]
}

export function senderKeyPrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  const findMember = memberLookup(connection)
  // A new number for one that is there already: it is the newest.
  const put = connection.prepare(
    `INSERT OR REPLACE INTO sender_key
     (channel, sender, recipient, exchange_key, exchange_signature, distribution)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const count = connection.prepare<{ count: number }>(
    'SELECT count(*) AS count FROM sender_key WHERE channel = ? AND sender = ?',
  )
  const removeOldest = connection.prepare(`DELETE FROM sender_key WHERE number IN (
    SELECT number FROM sender_key WHERE channel = ? AND sender = ? ORDER BY number LIMIT ?)`)

  function keep({ channel: id, key, distributions }: KeepInput): boolean {
    const channel = findMember(id, key.sender)?.channel
    if (channel === undefined) return false
    const { publicKey, signature } = key.senderExchangeKey
    for (const { recipient, distribution } of distributions) {
      put.run(channel, key.sender, recipient, publicKey, signature ?? null, distribution)
    }
    const surplus = (count.get(channel, key.sender)?.count ?? 0) - maxDistributions
    if (surplus > 0) removeOldest.run(channel, key.sender, surplus)
    return true
  }

  return { 'channels.keep-sender-keys': keep }
}

// --------------------------------------------------------------------------------------- the relay's thread

interface SenderKeyRow {
  readonly sender: IdentityKey
  readonly exchange_key: Uint8Array
  readonly exchange_signature: Uint8Array | null
  readonly distribution: Uint8Array
}

export class SenderKeys {
  readonly #select: Statement<SenderKeyRow>

  constructor(reader: Connection) {
    this.#select = reader.prepare(
      `SELECT k.sender, k.exchange_key, k.exchange_signature, k.distribution FROM channel c
       JOIN sender_key k ON k.channel = c.number
       WHERE c.id = ? AND k.recipient = ? ORDER BY k.number`,
    )
  }

  of(channel: ChannelId, recipient: IdentityKey): readonly SenderKey[] {
    return this.#select.all(channel, recipient).map((row) => ({
      sender: row.sender,
      senderExchangeKey: {
        publicKey: row.exchange_key,
        signature: row.exchange_signature ?? undefined,
      },
      distribution: row.distribution,
    }))
  }
}
