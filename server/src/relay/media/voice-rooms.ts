/**
 * @module Who speaks where, in memory: a room stands while somebody is in it, and is gone with the process. A participant
 * is an identity; the sockets of it that joined are its listeners, and it leaves with the last of them.
 */
import type { IdentityKey } from '@sotto/wire'

export interface VoiceLimits {
  readonly maxParticipants: number
  readonly maxRoomsPerIdentity: number
}

export interface Participant<Listener> {
  /** The identity in hex. */
  readonly name: string
  readonly identity: IdentityKey
  readonly listeners: ReadonlySet<Listener>
}

/** By the participants' names, in the order in which they came. */
export type VoiceRoom<Listener> = ReadonlyMap<string, Participant<Listener>>

export interface Seat<Listener> {
  /** The channel in hex. */
  readonly channel: string
  readonly name: string
  readonly identity: IdentityKey
  readonly listener: Listener
}

export type JoinOutcome<Listener> =
  /** `isNew` is false for another socket of a participant, and for one that joined before. */
  | { readonly kind: 'joined'; readonly isNew: boolean; readonly room: VoiceRoom<Listener> }
  | { readonly kind: 'full' }
  | { readonly kind: 'too-many-rooms' }
  | { readonly kind: 'not-allowed' }
  /** The socket closed, or its identity was put out of the channel, while permission was looked up. */
  | { readonly kind: 'gone' }

export interface Departure<Listener> {
  readonly channel: string
  readonly identity: IdentityKey
  /** Who is left. */
  readonly room: VoiceRoom<Listener>
}

interface OpenParticipant<Listener> extends Participant<Listener> {
  readonly listeners: Set<Listener>
}

interface PendingJoin<Listener> {
  readonly seat: Seat<Listener>
  isCancelled: boolean
}

export class VoiceRooms<Listener> {
  readonly #limits: VoiceLimits
  readonly #rooms = new Map<string, Map<string, OpenParticipant<Listener>>>()
  readonly #channelsByListener = new Map<Listener, Set<string>>()
  readonly #roomCounts = new Map<string, number>()
  readonly #pending = new Set<PendingJoin<Listener>>()

  constructor(limits: VoiceLimits) {
    this.#limits = limits
  }

  /** Takes the seat once `isAllowed` says so, unless it was lost meanwhile. */
  async join(
    seat: Seat<Listener>,
    isAllowed: () => Promise<boolean>,
  ): Promise<JoinOutcome<Listener>> {
    const pending = { seat, isCancelled: false }
    this.#pending.add(pending)
    try {
      if (!(await isAllowed())) return { kind: 'not-allowed' }
    } finally {
      this.#pending.delete(pending)
    }
    return pending.isCancelled ? { kind: 'gone' } : this.#take(seat)
  }

  /** One socket leaves. Undefined when its identity stays, or was not there. */
  leave(channel: string, name: string, listener: Listener): Departure<Listener> | undefined {
    const participant = this.#rooms.get(channel)?.get(name)
    if (participant?.listeners.delete(listener) !== true) return undefined
    this.#forget(listener, channel)
    return participant.listeners.size > 0 ? undefined : this.#vacate(channel, participant)
  }

  /** The identity leaves with all its sockets. Undefined when it was not there. */
  remove(channel: string, name: string): Departure<Listener> | undefined {
    for (const pending of this.#pending) {
      const { seat } = pending
      if (seat.channel === channel && seat.name === name) pending.isCancelled = true
    }
    const participant = this.#rooms.get(channel)?.get(name)
    if (participant === undefined) return undefined
    for (const listener of participant.listeners) this.#forget(listener, channel)
    return this.#vacate(channel, participant)
  }

  /** The socket is gone from everywhere. One departure for each room that its identity leaves with it. */
  close(name: string, listener: Listener): readonly Departure<Listener>[] {
    for (const pending of this.#pending) {
      if (pending.seat.listener === listener) pending.isCancelled = true
    }
    const departures: Departure<Listener>[] = []
    for (const channel of [...(this.#channelsByListener.get(listener) ?? [])]) {
      const departure = this.leave(channel, name, listener)
      if (departure !== undefined) departures.push(departure)
    }
    return departures
  }

  room(channel: string): VoiceRoom<Listener> | undefined {
    return this.#rooms.get(channel)
  }

  /** How many rooms stand. */
  roomCount(): number {
    return this.#rooms.size
  }

  /** How many sockets are in rooms, or on the way into one. */
  listenerCount(): number {
    return this.#channelsByListener.size + this.#pending.size
  }

  #take(seat: Seat<Listener>): JoinOutcome<Listener> {
    const { channel, name, identity, listener } = seat
    const room = this.#rooms.get(channel) ?? new Map<string, OpenParticipant<Listener>>()
    const present = room.get(name)
    if (present === undefined) {
      if (room.size >= this.#limits.maxParticipants) return { kind: 'full' }
      const roomCount = this.#roomCounts.get(name) ?? 0
      if (roomCount >= this.#limits.maxRoomsPerIdentity) return { kind: 'too-many-rooms' }
      this.#roomCounts.set(name, roomCount + 1)
      room.set(name, { name, identity, listeners: new Set([listener]) })
      this.#rooms.set(channel, room)
    } else {
      present.listeners.add(listener)
    }
    const channels = this.#channelsByListener.get(listener)
    if (channels === undefined) this.#channelsByListener.set(listener, new Set([channel]))
    else channels.add(channel)
    return { kind: 'joined', isNew: present === undefined, room }
  }

  #forget(listener: Listener, channel: string): void {
    const channels = this.#channelsByListener.get(listener)
    channels?.delete(channel)
    if (channels?.size === 0) this.#channelsByListener.delete(listener)
  }

  #vacate(channel: string, { name, identity }: Participant<Listener>): Departure<Listener> {
    const room = this.#rooms.get(channel) ?? new Map<string, OpenParticipant<Listener>>()
    room.delete(name)
    if (room.size === 0) this.#rooms.delete(channel)
    const roomCount = (this.#roomCounts.get(name) ?? 1) - 1
    if (roomCount === 0) this.#roomCounts.delete(name)
    else this.#roomCounts.set(name, roomCount)
    return { channel, identity, room }
  }
}
