/**
 * @module What a member may read of a channel's past: what was said since they joined, and is still kept. Others find
 * nothing, which tells them nothing.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import type { Clock } from '#relay/clock.ts'
import type { ChannelStore, History } from '#store/channels.ts'

export interface ReadHistoryDeps {
  readonly channels: Pick<ChannelStore, 'history'>
  readonly clock: Clock
  readonly onDamaged: (messages: number) => void
}

/**
 * Where to go on: behind a message, which misses nothing; or behind a second, as original clients do, which misses what
 * was said in the rest of that second.
 */
export type HistoryCursor =
  | { readonly kind: 'message'; readonly sequence: number }
  | { readonly kind: 'second'; readonly second: number }

export interface HistoryPage {
  readonly maxMessages: number
  readonly maxBytes: number
}

export const maxHistoryMessages = 1000
export const defaultHistoryMessages = 100

export async function readHistory(
  { channels, clock, onDamaged }: ReadHistoryDeps,
  channel: ChannelId,
  reader: IdentityKey,
  cursor: HistoryCursor,
  { maxMessages, maxBytes }: HistoryPage,
): Promise<History> {
  const history = await channels.history(channel, {
    reader,
    after: cursor.kind === 'message' ? Math.max(cursor.sequence, 0) : 0,
    afterSecond: cursor.kind === 'second' ? cursor.second : undefined,
    maxMessages: Math.min(Math.max(maxMessages, 1), maxHistoryMessages),
    maxBytes,
    nowMillis: clock.now(),
  })
  if (history.damaged > 0) onDamaged(history.damaged)
  return history
}
