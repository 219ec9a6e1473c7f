/**
 * @module Messages of a channel in memory.
 */
import type {
  ChannelMessage,
  ChannelPost,
  History,
  HistoryLimits,
  HistoryQuery,
  PostOutcome,
} from '#store/channels.ts'
import type { Channel } from '#store/memory/channel-members.ts'
import { copyOf, keyOf } from '#store/memory/mailboxes.ts'

export function post(
  channel: Channel | undefined,
  message: ChannelPost,
  limits: HistoryLimits,
): PostOutcome {
  const { sender, id, body, bucket, acceptedAtMillis, expiresAtMillis } = message
  if (channel === undefined || !channel.members.has(keyOf(sender))) return { kind: 'not-a-member' }
  const key = `${keyOf(id)} ${keyOf(sender)}`
  const twin = channel.messages.get(key)
  if (twin !== undefined) {
    const { sequence } = twin
    return { kind: 'duplicate', sequence, acceptedAtMillis: twin.acceptedAtMillis }
  }
  const sequence = ++channel.lastSequence
  channel.messages.set(key, {
    sequence,
    sender: copyOf(sender),
    id: copyOf(id),
    body: copyOf(body),
    bucket,
    acceptedAtMillis,
    expiresAtMillis,
  })
  channel.bytes += body.length
  for (const [
    oldest,
    {
      body: { length },
    },
  ] of channel.messages) {
    if (channel.messages.size === 1 || !isTooMuch(channel, limits)) break
    remove(channel, oldest, length)
  }
  return { kind: 'stored', sequence }
}

function isTooMuch(channel: Channel, limits: HistoryLimits): boolean {
  return channel.messages.size > limits.maxMessages || channel.bytes > limits.maxBytes
}

export function history(channel: Channel | undefined, query: HistoryQuery): History {
  const reader = channel?.members.get(keyOf(query.reader))
  if (channel === undefined || reader === undefined) {
    return { messages: [], more: false, damaged: 0 }
  }
  const after = Math.max(query.after, reader.joinedAfter)
  const afterSecond =
    query.afterSecond === undefined
      ? -Infinity
      : Math.max(query.afterSecond, secondOf(reader.joinedAtMillis))
  const readable = [...channel.messages.values()].filter(
    (message) =>
      message.sequence > after &&
      secondOf(message.acceptedAtMillis) > afterSecond &&
      message.expiresAtMillis > query.nowMillis,
  )
  const messages: ChannelMessage[] = []
  let bytes = 0
  for (const { expiresAtMillis: _, ...message } of readable) {
    if (messages.length === query.maxMessages) break
    if (messages.length > 0 && bytes + message.body.length > query.maxBytes) break
    messages.push(message)
    bytes += message.body.length
  }
  return { messages, more: messages.length < readable.length, damaged: 0 }
}

function secondOf(millis: number): number {
  return Math.floor(millis / 1000)
}

export function expireMessages(
  channels: Iterable<Channel>,
  nowMillis: number,
  limit: number,
): number {
  let removed = 0
  for (const channel of channels) {
    for (const [key, message] of channel.messages) {
      if (removed === limit) return removed
      if (message.expiresAtMillis > nowMillis) continue
      remove(channel, key, message.body.length)
      removed++
    }
  }
  return removed
}

function remove(channel: Channel, key: string, bytes: number): void {
  channel.messages.delete(key)
  channel.bytes -= bytes
}
