/**
 * @module What channels ask of the own relay (`relay/live.ts`), and what comes from there without being asked for.
 */
import type { LiveRelay } from '#relay/live.ts'
import type { HistoryMessage } from '#relay/live/requests.ts'

export type ChannelDoor = Pick<
  LiveRelay,
  | 'createChannel'
  | 'joinChannel'
  | 'leaveChannel'
  | 'postToChannel'
  | 'getHistory'
  | 'appendRecord'
  | 'getRecords'
  | 'createInvite'
  | 'banUser'
  | 'unbanUser'
  | 'setRole'
>

export interface ChannelHandlers {
  readonly channelMessage: (channel: Uint8Array, message: HistoryMessage) => void
  /** Somebody has added a record; it is asked for in its turn. */
  readonly channelRecord: (channel: Uint8Array) => void
  readonly banned: (channel: Uint8Array) => void
}
