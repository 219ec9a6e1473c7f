/**
 * @module Records of a channel: what its members agree on and sign, as bytes that the relay does not read. They are
 * numbered, and never changed.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { AppendOutcome, ChannelRecord, ChannelStore } from '#store/channels.ts'

export const recordLimits = { maxRecords: 4096, maxOfMember: 64 } as const

/** Of one answer. */
const maxPage = 1000
const defaultPage = 100
/** Read at a time, so that a page of large ones is not read many times over to be thrown away. */
const chunk = 64

export interface RecordsPage {
  readonly records: readonly ChannelRecord[]
  readonly more: boolean
}

/** With `after` only when nobody was faster. */
export function appendRecord(
  { channels }: { readonly channels: Pick<ChannelStore, 'append'> },
  channel: ChannelId,
  author: IdentityKey,
  record: Uint8Array,
  after: number | undefined,
): Promise<AppendOutcome> {
  return channels.append(channel, author, record, { ...recordLimits, after })
}

/** Undefined for whoever is no member. At least one record when there is one. */
export async function readRecords(
  { channels }: { readonly channels: Pick<ChannelStore, 'membership' | 'records'> },
  channel: ChannelId,
  reader: IdentityKey,
  query: {
    readonly after: number
    readonly limit: number | undefined
    readonly maxBytes: number
  },
): Promise<RecordsPage | undefined> {
  if ((await channels.membership(channel, reader)) === undefined) return undefined
  const limit = Math.min(Math.max(query.limit ?? defaultPage, 1), maxPage)
  const page: ChannelRecord[] = []
  let bytes = 0
  let after = Math.max(query.after, 0)
  while (true) {
    const wanted = Math.min(chunk, limit - page.length)
    const { records, more } = await channels.records(channel, after, wanted)
    for (const record of records) {
      bytes += record.record.length
      if (page.length > 0 && bytes > query.maxBytes) return { records: page, more: true }
      page.push(record)
      after = record.number
    }
    if (!more || page.length >= limit || records.length === 0) return { records: page, more }
  }
}
