/**
 * @module A relay in memory for the tests of the engine: mailboxes, prekeys that are handed out once, sockets that can be
 * cut, and every mischief that a network can do, on demand. It keeps all that it has seen.
 */
import type { Primitives } from '@sotto/primitives'
import type { Identity } from '@sotto/signal'
import { FakePieces } from '#attachments/fake-pieces.ts'
import type { ChannelHandlers } from '#channels/door.ts'
import { FakeChannelDoor, FakeChannels } from '#channels/fake-channels.ts'
import { SottoError } from '#errors.ts'
import type { ConnectionState } from '#events.ts'
import type { LiveDoor } from '#live-line.ts'
import type { Envelope } from '#messages/inbox.ts'
import type { Relay } from '#messenger-options.ts'
import type { Clock, Randomness } from '#ports/clock.ts'
import { countInOneRequest } from '#relay/oblivious/send-many.ts'

interface Waiting {
  readonly id: Uint8Array
  readonly payload: Uint8Array
  readonly acceptedAtMillis: number
}

interface PublishedKeys {
  bundle: Uint8Array
  oneTime: Uint8Array[]
  kemOneTime: Uint8Array[]
}

/** What goes wrong, for whom is asked in the order of the calls. */
export interface Mischief {
  /** Whether this deposit is lost on the way there. */
  readonly losesRequest?: () => boolean
  /** Whether it is stored, and the sender hears nothing of it. */
  readonly losesAnswer?: () => boolean
  /** Whether it is stored twice. */
  readonly duplicates?: () => boolean
  /** Whether what waits is handed out in another order. */
  readonly reorders?: () => boolean
}

export class FakeRelay {
  readonly #primitives: Primitives
  readonly #clock: Clock
  readonly #random: Randomness
  readonly #mailboxes = new Map<string, Waiting[]>()
  readonly #keys = new Map<string, PublishedKeys>()
  readonly #offers = new Map<string, Uint8Array>()
  readonly #doors = new Set<FakeDoor>()
  readonly seen: { readonly address: string; readonly payload: Uint8Array }[] = []
  readonly pieces: FakePieces
  readonly channels: FakeChannels
  mischief: Mischief = {}
  isDown = false
  maxWaiting = Number.POSITIVE_INFINITY

  constructor(primitives: Primitives, clock: Clock, random: Randomness) {
    this.#primitives = primitives
    this.#clock = clock
    this.#random = random
    this.pieces = new FakePieces(random, clock)
    this.channels = new FakeChannels(clock, random)
  }

  addressOf(key: Uint8Array): string {
    return this.#primitives.sha256(new TextEncoder().encode('sotto/address/1'), key).toHex()
  }

  deposits(isOnline: () => boolean = () => true): Relay {
    /** How many from the front are stored. Each call is one request, whose fate they share. */
    const deposit = async (
      address: Uint8Array,
      payloads: readonly Uint8Array[],
    ): Promise<number> => {
      await Promise.resolve()
      if (this.isDown || !isOnline() || this.mischief.losesRequest?.() === true) throw offline()
      const name = address.toHex()
      const waiting = this.#mailboxes.get(name) ?? []
      this.#mailboxes.set(name, waiting)
      const taken = payloads.slice(0, Math.max(this.maxWaiting - waiting.length, 0))
      if (taken.length === 0) return 0
      const times = this.mischief.duplicates?.() === true ? 2 : 1
      for (let i = 0; i < times; i++) {
        for (const payload of taken) this.#store(name, waiting, payload.slice())
      }
      if (this.mischief.losesAnswer?.() === true) throw offline()
      return taken.length
    }

    return {
      send: async (address, payload) => ({
        kind: (await deposit(address, [payload])) === 0 ? 'mailbox-full' : 'accepted',
      }),
      sendMany: async (address, payloads) => {
        const asked = payloads.slice(0, countInOneRequest(payloads))
        const accepted = await deposit(address, asked)
        return { kind: accepted < asked.length ? 'mailbox-full' : 'all', accepted }
      },
      offer: async (payload) => {
        await Promise.resolve()
        if (this.isDown || !isOnline()) throw offline()
        const code = String(100_000 + this.#offers.size)
        this.#offers.set(code, payload.slice())
        return { code, completionToken: 'token' }
      },
      claim: async (code) => {
        await Promise.resolve()
        if (this.isDown || !isOnline()) throw offline()
        const payload = this.#offers.get(code)
        this.#offers.delete(code)
        return payload === undefined ? { kind: 'wrong-code' } : { kind: 'claimed', payload }
      },
      fetchKeys: async (identity) => {
        await Promise.resolve()
        if (this.isDown || !isOnline()) throw offline()
        const keys = this.#keys.get(identity.toHex())
        if (keys === undefined) return { kind: 'no-keys' }
        const { bundle } = keys
        const oneTime = keys.oneTime.shift()
        const kemOneTime = keys.kemOneTime.shift()
        const rest = { device: 1, metered: false, devices: undefined }
        return { kind: 'found', bundle, oneTime, kemOneTime, ...rest }
      },
      putPiece: async (bytes, signal) => {
        if (this.isDown || !isOnline()) throw offline()
        return this.pieces.putPiece(bytes, signal)
      },
      getPiece: async (id, signal) => {
        if (this.isDown || !isOnline()) throw offline()
        return this.pieces.getPiece(id, signal)
      },
    }
  }

  live(identity: Identity, handlers: Handlers, isOnline: () => boolean = () => true): FakeDoor {
    const door = new FakeDoor(this, identity, handlers, isOnline)
    this.#doors.add(door)
    queueMicrotask(() => door.connect())
    return door
  }

  /** All sockets break; they come back when the relay is up, or the client is. */
  cutAll(): void {
    for (const door of this.#doors) door.cut()
  }

  reconnectAll(): void {
    for (const door of this.#doors) door.connect()
  }

  waitingAt(address: string): readonly Waiting[] {
    const waiting = this.#mailboxes.get(address) ?? []
    return this.mischief.reorders?.() === true ? waiting.toReversed() : waiting
  }

  get waiting(): number {
    return [...this.#mailboxes.values()].reduce((sum, { length }) => sum + length, 0)
  }

  acknowledge(address: string, ids: readonly Uint8Array[]): void {
    const gone = new Set(ids.map((id) => id.toHex()))
    const left = this.#mailboxes.get(address)?.filter(({ id }) => !gone.has(id.toHex()))
    if (left !== undefined) this.#mailboxes.set(address, left)
  }

  keysOf(identity: Identity): PublishedKeys {
    const name = identity.ed25519PublicKey.toHex()
    const keys = this.#keys.get(name) ?? {
      bundle: new Uint8Array(),
      oneTime: [],
      kemOneTime: [],
    }
    this.#keys.set(name, keys)
    return keys
  }

  forgetKeysOf(identity: Identity): void {
    this.#keys.delete(identity.ed25519PublicKey.toHex())
  }

  forget(door: FakeDoor): void {
    this.#doors.delete(door)
  }

  #store(name: string, waiting: Waiting[], payload: Uint8Array): void {
    const envelope = { id: this.#random(16), payload, acceptedAtMillis: this.#clock.now() }
    waiting.push(envelope)
    this.seen.push({ address: name, payload })
    for (const door of this.#doors) door.arrived(name, envelope)
  }
}

interface Handlers extends Partial<ChannelHandlers> {
  readonly state: (state: ConnectionState) => void
  readonly envelope: (envelope: Envelope) => void
  readonly keysLow: () => void
}

export class FakeDoor extends FakeChannelDoor implements LiveDoor {
  readonly #relay: FakeRelay
  readonly #identity: Identity
  readonly #handlers: Handlers
  readonly #isOnline: () => boolean
  readonly #keys = new Map<string, Uint8Array>()
  #isConnected = false
  #isClosed = false

  constructor(relay: FakeRelay, identity: Identity, handlers: Handlers, isOnline: () => boolean) {
    super(relay.channels, identity, handlers, () => this.#isConnected)
    this.#relay = relay
    this.#identity = identity
    this.#handlers = handlers
    this.#isOnline = isOnline
  }

  connect(): void {
    if (this.#isConnected || this.#isClosed || this.#relay.isDown || !this.#isOnline()) return
    this.#isConnected = true
    this.#handlers.state('online')
    for (const address of this.#keys.keys()) this.#handOut(address)
  }

  cut(): void {
    if (!this.#isConnected) return
    this.#isConnected = false
    this.#handlers.state('offline')
  }

  arrived(address: string, waiting: Waiting): void {
    if (!this.#isConnected || !this.#keys.has(address)) return
    queueMicrotask(() => this.#hand(address, waiting))
  }

  watch(keys: readonly Uint8Array[]): void {
    for (const key of keys) {
      const address = this.#relay.addressOf(key)
      this.#keys.set(address, key)
      if (this.#isConnected) this.#handOut(address)
    }
  }

  unwatch(keys: readonly Uint8Array[]): void {
    for (const key of keys) this.#keys.delete(this.#relay.addressOf(key))
  }

  acknowledge(address: Uint8Array, ids: readonly Uint8Array[]): void {
    if (this.#isConnected) this.#relay.acknowledge(address.toHex(), ids)
  }

  async keyCounts(): Promise<{ readonly oneTime: number; readonly kemOneTime: number }> {
    this.#requireConnection()
    const { oneTime, kemOneTime } = this.#relay.keysOf(this.#identity)
    return { oneTime: oneTime.length, kemOneTime: kemOneTime.length }
  }

  async publishKeys(
    published: Parameters<LiveDoor['publishKeys']>[0],
  ): Promise<{ readonly oneTime: number; readonly kemOneTime: number }> {
    this.#requireConnection()
    const keys = this.#relay.keysOf(this.#identity)
    const { bundle, oneTime, kemOneTime, replace } = published
    keys.bundle = bundle
    keys.oneTime = replace ? [...oneTime] : [...keys.oneTime, ...oneTime]
    keys.kemOneTime = replace ? [...kemOneTime] : [...keys.kemOneTime, ...kemOneTime]
    return this.keyCounts()
  }

  nudge(): void {
    this.connect()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#isConnected = false
    this.#relay.forget(this)
    this.endChannels()
  }

  #requireConnection(): void {
    if (!this.#isConnected) throw offline()
  }

  #handOut(address: string): void {
    const waiting = this.#relay.waitingAt(address)
    queueMicrotask(() => {
      for (const each of waiting) this.#hand(address, each)
    })
  }

  #hand(address: string, { id, payload, acceptedAtMillis }: Waiting): void {
    if (!this.#isConnected || !this.#keys.has(address)) return
    this.#handlers.envelope({ address: Uint8Array.fromHex(address), id, payload, acceptedAtMillis })
  }
}

function offline(): SottoError {
  return new SottoError('offline', 'The relay cannot be reached')
}
