/**
 * @module What a messenger is made of: a profile that is open, ways to relays, time and chance.
 */
import type { Primitives } from '@sotto/primitives'
import type { Identity } from '@sotto/signal'
import type { MakeThumbnail } from '#attachments/prepare.ts'
import type { PieceRelay } from '#attachments/transfer.ts'
import type { ChannelHandlers } from '#channels/door.ts'
import type { Settings } from '#contacts/contact.ts'
import type { MeetingPlace } from '#contacts/meetings.ts'
import type { ConnectionState } from '#events.ts'
import type { LiveDoor } from '#live-line.ts'
import type { Envelope } from '#messages/inbox.ts'
import type { Deposits } from '#messages/sender.ts'
import type { Clock, Randomness } from '#ports/clock.ts'
import type { Storage } from '#ports/storage.ts'

/** What a messenger asks of an open profile. */
export interface OpenProfile {
  readonly identity: Identity
  readonly registrationId: number
  readonly records: Storage
  /** A keyed name: what stands in ids for a text that nobody else shall recognise. */
  readonly hide: (text: string) => string
}

/** A relay, for whoever does not say who they are. */
export type Relay = Deposits & MeetingPlace & PieceRelay

/** Ways to relays, made by whoever knows the network. */
export interface Lines {
  /** To any relay, for sending without a face. */
  deposits(relay: string, chosen: Settings): Relay
  /** To the own relay; `undefined` for a messenger that only looks at what is there. */
  live?:
    | ((
        relay: string,
        identity: Identity,
        handlers: {
          readonly state: (state: ConnectionState) => void
          readonly envelope: (envelope: Envelope) => void
          readonly keysLow: () => void
        } & ChannelHandlers,
      ) => LiveDoor)
    | undefined
}

/** What `Messenger.open` takes: a profile, its ports, and ways to relays. */
export interface MessengerOptions {
  readonly primitives: Primitives
  readonly random: Randomness
  readonly clock: Clock
  readonly profile: OpenProfile
  readonly lines: Lines
  /** What should not happen, for a log. It is told nothing secret. */
  readonly failed?: ((error: unknown) => void) | undefined
  readonly makeThumbnail?: MakeThumbnail | undefined
  /** Messages to a channel before another sender key is drawn; 1,000 unless told otherwise. */
  readonly maxMessagesOfKey?: number | undefined
}
