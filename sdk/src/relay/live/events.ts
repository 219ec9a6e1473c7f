/**
 * @module What comes over the live door without being asked for.
 */
import type { DownMessage } from '@sotto/wire/live'
import type { SottoError } from '#errors.ts'
import type { HistoryMessage, ChannelRecord, KeyCounts } from '#relay/live/requests.ts'

/** Of the connection; it comes back by itself. */
export type LiveState = 'offline' | 'connecting' | 'online'

/** A sealed message that waited at an address. It comes again until it is acknowledged. */
export interface LiveEnvelope {
  readonly address: Uint8Array
  readonly id: Uint8Array
  readonly payload: Uint8Array
  readonly acceptedAtMillis: number
}

/** Each is called as things happen, and should not throw. */
export interface LiveHandlers {
  /** `problem` is why it is offline, when that is known. */
  state(state: LiveState, problem: SottoError | undefined): void
  envelope(envelope: LiveEnvelope): void
  keysLow?(counts: KeyCounts & { readonly metered: boolean }): void
  channelMessage?(channel: Uint8Array, message: HistoryMessage): void
  channelRecord?(channel: Uint8Array, record: ChannelRecord): void
  memberJoined?(channel: Uint8Array, member: Uint8Array): void
  memberLeft?(channel: Uint8Array, member: Uint8Array): void
  /** This user was put out of the channel. */
  banned?(channel: Uint8Array, reason: string | undefined): void
}

/** Hands on everything but envelopes. */
export function handOn(handlers: LiveHandlers, message: DownMessage): void {
  switch (message.type) {
    case 'keys_low': {
      const { one_time: oneTime, kem_one_time: kemOneTime, metered } = message
      handlers.keysLow?.({ oneTime, kemOneTime, metered })
      return
    }
    case 'channel_message': {
      const { channel_id: channel, id, accepted_at: acceptedAtMillis, sender, payload } = message
      // Without its place it cannot be told from others: the history has it.
      if (id === undefined || acceptedAtMillis === undefined) return
      handlers.channelMessage?.(channel, { id, acceptedAtMillis, sender, payload })
      return
    }
    case 'channel_record': {
      const { channel_id: channel, number, record } = message
      handlers.channelRecord?.(channel, { number, record })
      return
    }
    case 'member_joined':
      handlers.memberJoined?.(message.channel_id, message.member)
      return
    case 'member_left':
      handlers.memberLeft?.(message.channel_id, message.member)
      return
    case 'banned':
      handlers.banned?.(message.channel_id, message.reason)
      return
    default:
    // What this client has no use for.
  }
}
