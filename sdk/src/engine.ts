/**
 * @module What every part of the messenger works with. `messenger.ts` makes one, and nobody else.
 */
import type { Events } from '#events.ts'
import type { Device } from '#sessions/device.ts'
import type { State } from '#state/state.ts'

/** Somebody knows more of a channel's chain than we do. */
export interface Ahead {
  /** Of the last record that they know. */
  readonly number: number
  /** Their identity, in hex. */
  readonly by: string
}

/** Why a channel needs a look. */
export interface ChannelNeeds {
  /** There may be records that were not looked at. */
  readonly isBehind?: boolean | undefined
  readonly ahead?: Ahead | undefined
}

export interface Engine {
  readonly device: Device
  readonly state: State
  readonly events: Events
  /** Something waits in the outbox for this contact: to be called when that is written. */
  readonly wakeSender: (contact: string) => void
  /** There is something to do in this channel: to be called when that is written. */
  readonly wakeChannel: (channel: string, needs?: ChannelNeeds) => void
  /** Messages that one sender key encrypts before another one is drawn. */
  readonly maxMessagesOfKey: number
  /** Something has come to an address that was made for a meeting. */
  readonly meetingReceived: (meeting: string, payload: Uint8Array) => void
  /** What is read, and when something is due, may have changed: to be called when that is written. */
  readonly wakeUpkeep: () => void
}
