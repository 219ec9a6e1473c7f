/**
 * @module A small world for the tests of the engine: a relay in memory, a clock that is turned by hand, and people who can
 * be switched off, restarted, and given another machine.
 */
import { openPrimitives } from '@sotto/primitives/provider'
import { type Identity, identityFromSeed } from '@sotto/signal'
import type { MakeThumbnail } from '#attachments/prepare.ts'
import type { Settings } from '#contacts/contact.ts'
import type { MessengerEvent } from '#events.ts'
import { FakeRelay } from '#fake-relay.ts'
import type { Message } from '#messages/message.ts'
import { Messenger } from '#messenger.ts'
import { FakeClock } from '#ports/fake-clock.ts'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import type { Shelf, Storage } from '#ports/storage.ts'
import { restored } from '#profile/restored.ts'
import { State } from '#state/state.ts'
import { openMemoryShelf } from '#storage/memory/open.ts'

const primitives = await openPrimitives()
const startMillis = Date.UTC(2026, 0, 1)
export const relayUrl = 'https://relay.example'

export class World {
  readonly clock = new FakeClock(startMillis)
  readonly random
  readonly relay
  readonly failures: unknown[] = []
  makeThumbnail: MakeThumbnail | undefined
  maxMessagesOfKey: number | undefined

  constructor(seed = 1) {
    this.random = fakeRandomness(seed)
    this.relay = new FakeRelay(primitives, this.clock, this.random)
  }

  async person(name: string, settings: Partial<Settings> = {}): Promise<Person> {
    const identity = identityFromSeed(primitives, this.random(32))
    return Person.open(this, name, identity, settings)
  }

  /** Lets everything that can happen without time passing happen. */
  async settle(): Promise<void> {
    for (let i = 0; i < 200; i++) await turn()
  }

  /** In steps, so that what follows from one thing is seen by the next. */
  async pass(millis: number): Promise<void> {
    await this.settle()
    const steps = 10
    for (let i = 0; i < steps; i++) {
      await this.clock.advance(millis / steps)
      await this.settle()
    }
  }
}

export class Person {
  readonly world: World
  readonly name: string
  readonly identity: Identity
  readonly events: MessengerEvent[] = []
  isOnline = true
  /** How far their clock is ahead of everybody's. */
  aheadMillis = 0
  /** Around the storage of whatever is started next. */
  wrap: (storage: Storage) => Storage = (storage) => storage
  /** Whether what was started last still runs; what was killed does nothing more. */
  #life = { isAlive: true }
  #shelf: Shelf = openMemoryShelf()
  #storage: Storage | undefined
  #messenger: Messenger | undefined
  #registrationId: number

  private constructor(world: World, name: string, identity: Identity) {
    this.world = world
    this.name = name
    this.identity = identity
    this.#registrationId = 1 + ((world.random(2)[0] ?? 0) % 1000)
  }

  static async open(
    world: World,
    name: string,
    identity: Identity,
    settings: Partial<Settings>,
  ): Promise<Person> {
    const person = new Person(world, name, identity)
    await person.start({ name, ...settings })
    return person
  }

  get messenger(): Messenger {
    if (this.#messenger === undefined) throw new Error(`${this.name} is not running`)
    return this.#messenger
  }

  get records(): Storage {
    if (this.#storage === undefined) throw new Error(`${this.name} is not running`)
    return this.#storage
  }

  async start(settings: Partial<Settings> = {}): Promise<void> {
    this.#storage ??= await this.#shelf.open('profile', 'existing').catch(() => {
      return this.#shelf.open('profile', 'create')
    })
    const { world, identity } = this
    const life = { isAlive: true }
    this.#life = life
    const isOnline = (): boolean => this.isOnline && life.isAlive
    this.#messenger = await Messenger.open(
      {
        primitives,
        random: world.random,
        clock: {
          now: () => world.clock.now() + this.aheadMillis,
          after: (millis, call) => world.clock.after(millis, call),
        },
        profile: {
          identity,
          registrationId: this.#registrationId,
          records: aliveOnly(life, this.wrap(this.#storage)),
          hide: (text) => primitives.sha256(new TextEncoder().encode(text)).toHex(),
        },
        lines: {
          deposits: () => world.relay.deposits(isOnline),
          live: (_, who, handlers) => world.relay.live(who, handlers, isOnline),
        },
        failed: (error) => {
          if (life.isAlive) world.failures.push(error)
        },
        makeThumbnail: world.makeThumbnail,
        maxMessagesOfKey: world.maxMessagesOfKey,
      },
      { relay: relayUrl, ...settings },
    )
    void this.#follow(this.#messenger.events())
    await world.settle()
  }

  async stop(): Promise<void> {
    await this.messenger.close()
    await this.#storage?.[Symbol.asyncDispose]()
    this.#storage = undefined
    this.#messenger = undefined
  }

  /** As by kill -9: nothing is said, nothing is written any more, and nothing is heard of what was under way. */
  kill(): void {
    this.#life.isAlive = false
    this.world.relay.cutAll()
    this.#messenger = undefined
    this.world.relay.reconnectAll()
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Everything is lost but the identity. */
  async reinstall(): Promise<void> {
    await this.stop()
    this.#shelf = openMemoryShelf()
    this.#registrationId += 1000
    await this.start({ name: this.name })
  }

  /** The same with the 24 words, which bring back what lies at the relay. */
  async reinstallFromPhrase(): Promise<void> {
    await this.stop()
    this.#shelf = openMemoryShelf()
    this.#registrationId += 1000
    this.#storage = await this.#shelf.open('profile', 'create')
    await new State(this.#storage).change(async (work) => restored.put(work, { kind: 'phrase' }))
    await this.start()
  }

  async goOffline(): Promise<void> {
    this.isOnline = false
    this.world.relay.cutAll()
    this.world.relay.reconnectAll()
    await this.world.settle()
  }

  async goOnline(): Promise<void> {
    this.isOnline = true
    this.world.relay.reconnectAll()
    this.messenger.nudge()
    await this.world.settle()
  }

  /** Both are contacts afterwards. The id of the other, for each. */
  async meet(other: Person): Promise<readonly [string, string]> {
    const { link } = await this.messenger.invite()
    const theirs = await other.messenger.acceptInvitation(link)
    await this.world.settle()
    const ours = await this.contactOf(other)
    return [ours, theirs.id]
  }

  async contactOf(other: Person): Promise<string> {
    const identity = other.identity.ed25519PublicKey.toHex()
    const found = (await this.messenger.contacts()).find((each) => each.identity === identity)
    if (found === undefined) throw new Error(`${this.name} does not know ${other.name}`)
    return found.id
  }

  async texts(conversation: string): Promise<readonly string[]> {
    const messages = await this.messenger.history(conversation, { limit: 10_000 })
    return messages.filter(({ kind }) => kind === 'text').map(({ body }) => body)
  }

  async statuses(conversation: string): Promise<readonly Message['status'][]> {
    const messages = await this.messenger.history(conversation, { limit: 10_000 })
    return messages
      .filter(({ isOwn, kind }) => isOwn && kind === 'text')
      .map(({ status }) => status)
  }

  async #follow(events: AsyncIterable<MessengerEvent>): Promise<void> {
    for await (const event of events) this.events.push(event)
  }
}

/** What was killed reads and writes nothing any more, and hears nothing of what it began. */
function aliveOnly(life: { readonly isAlive: boolean }, storage: Storage): Storage {
  const never = new Promise<never>(() => {})
  return {
    get: async (...of) => (life.isAlive ? storage.get(...of) : never),
    list: async (...of) => (life.isAlive ? storage.list(...of) : never),
    write: async (...of) => (life.isAlive ? storage.write(...of) : never),
    [Symbol.asyncDispose]: () => storage[Symbol.asyncDispose](),
  }
}

/** Whatever is due at once has been called when it resolves. Browsers have no faster way than a message. */
const turn: () => Promise<void> =
  typeof setImmediate === 'function'
    ? () => new Promise((resolve) => setImmediate(resolve))
    : () =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel()
          port1.onmessage = () => {
            port1.close()
            resolve()
          }
          port2.postMessage(undefined)
        })
