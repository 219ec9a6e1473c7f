/**
 * @module What one round for one channel works with: the relay, and what this round is to look at.
 */
import { channels, type StoredChannel } from '#channels/channel.ts'
import type { Refusal } from '#channels/chain.ts'
import type { ChannelDoor } from '#channels/door.ts'
import type { Ahead, Engine } from '#engine.ts'
import type { SottoErrorCode } from '#errors.ts'
import type { HistoryMessage } from '#relay/live/requests.ts'

/** What became of a wish: it stands in the chain, or never will, or nobody knows yet. */
export type WishOutcome =
  | { readonly kind: 'done' | 'waits' }
  | { readonly kind: 'refused'; readonly reason: Refusal }
  | { readonly kind: 'failed'; readonly code: SottoErrorCode }

/** What is to be asked for. It lasts from round to round. */
export interface Agenda {
  needsRecords: boolean
  needsHistory: boolean
  ahead: Ahead | undefined
  /** What was handed to us as it was posted, by its place. */
  readonly pushed: Map<number, HistoryMessage>
}

export interface Visit {
  readonly engine: Engine
  readonly door: ChannelDoor
  /** Of the conversation. */
  readonly id: string
  readonly agenda: Agenda
  readonly signal: AbortSignal
  /** For whoever hopes for it. */
  readonly resolve: (wish: string, outcome: WishOutcome) => void
}

/** What comes back by itself, or when there is a network. Every other refusal stands. */
export const passing: ReadonlySet<SottoErrorCode> = new Set([
  'offline',
  'relay-busy',
  'bad-answer',
  'closed',
])

export function channelOf({ engine, id }: Visit): Promise<StoredChannel | undefined> {
  return channels.get(engine.state, id)
}

/** What the relay calls it. */
export function relayName({ channel }: StoredChannel): Uint8Array {
  return Uint8Array.fromHex(channel)
}
