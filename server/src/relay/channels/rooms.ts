/**
 * @module Who of a channel's members is online, in memory: one set of listeners for each channel, so that handing on a
 * message is a loop over a set. A listener is one connection, whatever the door makes of it; an identity may have several.
 *
 * An identity's channels are read from the store once, when its first listener enters. What changes while they are read
 * is newer than what is read, and wins.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'
import { nameOf } from '#relay/channels/names.ts'
import type { ChannelStore } from '#store/channels.ts'

interface Person<Listener> {
  readonly listeners: Set<Listener>
  /** By name. */
  readonly channels: Set<string>
  /** Channels that they joined or left while their channels were read; undefined once they are. */
  changed: Set<string> | undefined
  /** Undefined once they are. */
  loading: Promise<void> | undefined
}

/** For those who change a membership: to be told when the store has it, in the order in which the store made it. */
export type RoomBook = Pick<Rooms<unknown>, 'joined' | 'left'>

export class Rooms<Listener> {
  readonly #channels: Pick<ChannelStore, 'channelsOf'>
  readonly #people = new Map<string, Person<Listener>>()
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #nobody: ReadonlySet<Listener> = new Set()

  constructor(channels: Pick<ChannelStore, 'channelsOf'>) {
    this.#channels = channels
  }

  /** Resolves when the listener is in all its rooms. When it rejects nobody of this identity is in any. */
  async enter(identity: IdentityKey, listener: Listener): Promise<void> {
    const name = nameOf(identity)
    const known = this.#people.get(name)
    const person = known ?? {
      listeners: new Set(),
      channels: new Set(),
      changed: new Set(),
      loading: undefined,
    }
    person.listeners.add(listener)
    for (const channel of person.channels) this.#add(channel, listener)
    if (known === undefined) {
      this.#people.set(name, person)
      person.loading = this.#load(identity, name, person)
    }
    await person.loading
  }

  /** Who never entered may leave. */
  leave(identity: IdentityKey, listener: Listener): void {
    const name = nameOf(identity)
    const person = this.#people.get(name)
    if (person?.listeners.delete(listener) !== true) return
    for (const channel of person.channels) this.#remove(channel, listener)
    if (person.listeners.size === 0) this.#people.delete(name)
  }

  joined(channel: ChannelId, identity: IdentityKey): void {
    const person = this.#people.get(nameOf(identity))
    if (person === undefined) return
    const room = nameOf(channel)
    person.changed?.add(room)
    person.channels.add(room)
    for (const listener of person.listeners) this.#add(room, listener)
  }

  left(channel: ChannelId, identity: IdentityKey): void {
    const person = this.#people.get(nameOf(identity))
    if (person === undefined) return
    const room = nameOf(channel)
    person.changed?.add(room)
    person.channels.delete(room)
    for (const listener of person.listeners) this.#remove(room, listener)
  }

  /** Not a copy: it shrinks when somebody leaves while it is walked, which a loop over a set bears. */
  listenersIn(channel: ChannelId): ReadonlySet<Listener> {
    return this.#listeners.get(nameOf(channel)) ?? this.#nobody
  }

  /** Those of one member; nobody when they are none. Not a copy. */
  listenersOf(channel: ChannelId, identity: IdentityKey): ReadonlySet<Listener> {
    const person = this.#people.get(nameOf(identity))
    return person?.channels.has(nameOf(channel)) === true ? person.listeners : this.#nobody
  }

  /** Whether they are a member who is online. */
  has(channel: ChannelId, identity: IdentityKey): boolean {
    return this.#people.get(nameOf(identity))?.channels.has(nameOf(channel)) === true
  }

  /** How many channels have somebody online. */
  get size(): number {
    return this.#listeners.size
  }

  async #load(identity: IdentityKey, name: string, person: Person<Listener>): Promise<void> {
    try {
      const channels = await this.#channels.channelsOf(identity)
      for (const channel of channels) {
        const room = nameOf(channel)
        if (person.changed?.has(room) === true) continue
        person.channels.add(room)
        // Nobody is left when all of them went meanwhile, whoever came after them.
        for (const listener of person.listeners) this.#add(room, listener)
      }
      person.changed = undefined
      person.loading = undefined
    } catch (error) {
      for (const room of person.channels) {
        for (const listener of person.listeners) this.#remove(room, listener)
      }
      if (this.#people.get(name) === person) this.#people.delete(name)
      throw error
    }
  }

  #add(room: string, listener: Listener): void {
    const listeners = this.#listeners.get(room)
    if (listeners === undefined) this.#listeners.set(room, new Set([listener]))
    else listeners.add(listener)
  }

  #remove(room: string, listener: Listener): void {
    const listeners = this.#listeners.get(room)
    if (listeners?.delete(listener) === true && listeners.size === 0) this.#listeners.delete(room)
  }
}
