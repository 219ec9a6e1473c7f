/**
 * @module What every part of the messenger works with. `messenger.ts` makes one, and nobody else.
 */
import type { Events } from '#events.ts'
import type { Device } from '#sessions/device.ts'
import type { State } from '#state/state.ts'

export interface Engine {
  readonly device: Device
  readonly state: State
  readonly events: Events
  /** Something waits in the outbox for this contact: to be called when that is written. */
  readonly wakeSender: (contact: string) => void
  /** Something has come to an address that was made for a meeting. */
  readonly meetingReceived: (meeting: string, payload: Uint8Array) => void
  /** What is read, and when something is due, may have changed: to be called when that is written. */
  readonly wakeUpkeep: () => void
}
