/**
 * @module Records of a channel in memory.
 */
import type { IdentityKey } from '@sotto/wire'
import type { AppendOutcome, ChannelRecord, ChannelStore } from '#store/channels.ts'
import type { Channel } from '#store/memory/channel-members.ts'
import { copyOf, keyOf } from '#store/memory/mailboxes.ts'

type RecordLimits = Parameters<ChannelStore['append']>[3]

export function append(
  channel: Channel | undefined,
  author: IdentityKey,
  record: Uint8Array,
  limits: RecordLimits,
): AppendOutcome {
  const key = keyOf(author)
  const member = channel?.members.get(key)
  if (channel === undefined || member === undefined) return { kind: 'not-a-member' }
  const last = channel.records.length
  if (limits.after !== undefined && limits.after !== last) return { kind: 'conflict', last }
  const own = channel.records.filter((other) => other.author === key).length
  if (last >= limits.maxRecords || (member.role === 'member' && own >= limits.maxOfMember)) {
    return { kind: 'full' }
  }
  return {
    kind: 'appended',
    number: channel.records.push({ author: key, record: copyOf(record) }),
  }
}

export function records(
  channel: Channel | undefined,
  after: number,
  limit: number,
): { readonly records: readonly ChannelRecord[]; readonly more: boolean } {
  const behind = (channel?.records ?? [])
    .map(({ record }, index) => ({ number: index + 1, record }))
    .slice(after)
  return { records: behind.slice(0, limit), more: behind.length > limit }
}
