/**
 * @module What everything needs that changes who is in a channel: the store decides, the rooms follow, and each change
 * of one member waits for the one before it.
 */
import type { Clock } from '#relay/clock.ts'
import type { RoomBook } from '#relay/channels/rooms.ts'
import type { Turns } from '#relay/channels/turns.ts'
import type { ChannelStore } from '#store/channels.ts'

export interface MembershipDeps {
  readonly channels: ChannelStore
  readonly rooms: RoomBook
  readonly turns: Turns
  readonly clock: Clock
}
