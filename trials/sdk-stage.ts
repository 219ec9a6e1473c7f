/**
 * @module People of the sdk on a real relay: profiles in encrypted files, over the platform's network. The relay is a
 * process that can be ended and comes back; people can be closed, opened again and given another machine. Waiting is
 * for events, and always ends.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { argon2id } from '@sotto/primitives/argon2'
import { openPrimitives } from '@sotto/primitives/provider'
import {
  type Contact,
  createProfile,
  type Message,
  type Messenger,
  type MessengerEvent,
  openMessenger,
  openProfile,
  type Profile,
  type Settings,
  type Storage,
} from '@sotto/sdk'
import { webNetwork, webRandomness } from '@sotto/sdk/adapters/web'
import { openSqliteShelf } from '@sotto/sdk/storage/sqlite'
import { Child } from '#child.ts'
import { MovableClock } from '#clients/movable-clock.ts'
import {
  freePort,
  freePorts,
  RelayProcess,
  type Runtime,
  runtimePath,
  temporaryDirectory,
} from '#relay-process.ts'

const primitives = await openPrimitives()
const relayEntry = fileURLToPath(new URL('../server/src/main.ts', import.meta.url))
const passphrase = 'correct horse battery staple'
const patienceMillis = 40_000

/** The relay's own limits are for people's habits, and not for these. */
const openLimits = [
  ...['--oblivious-per-minute', '1000000', '--ohttp-per-second', '1000000'],
  ...['--ohttp-burst', '1000000', '--anonymous-attachments-per-second', '100000'],
  ...['--rate-limit-per-second', '100000', '--log-level', 'warn'],
]

export class SdkStage implements AsyncDisposable {
  readonly runtime: Runtime
  readonly directory: string
  readonly url: string
  readonly #stack: AsyncDisposableStack
  readonly #start: () => Promise<RelayProcess>
  #relay: RelayProcess | undefined

  private constructor(
    runtime: Runtime,
    directory: string,
    url: string,
    stack: AsyncDisposableStack,
    start: () => Promise<RelayProcess>,
  ) {
    this.runtime = runtime
    this.directory = directory
    this.url = url
    this.#stack = stack
    this.#start = start
    stack.defer(async () => await this.#relay?.[Symbol.asyncDispose]())
  }

  static async open(runtime: Runtime, flags: readonly string[] = []): Promise<SdkStage> {
    await using stack = new AsyncDisposableStack()
    const { path } = stack.use(await temporaryDirectory('sdk'))
    const ports = await freePorts()
    const options = {
      runtime,
      dataDirectory: join(path, 'relay'),
      ...ports,
      arguments: [...openLimits, ...flags],
    }
    const start = (): Promise<RelayProcess> =>
      RelayProcess.start(options, AbortSignal.timeout(patienceMillis))
    const url = `http://127.0.0.1:${ports.port}`
    const stage = new SdkStage(runtime, path, url, stack.move(), start)
    await stage.start()
    return stage
  }

  async start(): Promise<void> {
    this.#relay = await this.#start()
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#relay?.stop(signal)
  }

  /** Somebody else's, in front of this relay. */
  async forwarder(): Promise<string> {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const flags = ['--listen', `127.0.0.1:${port}`, '--rate-limit-per-second', '0']
    const child = this.#stack.use(
      await Child.start({
        command: runtimePath(this.runtime),
        arguments: [relayEntry, 'forward', '--gateway', this.url, ...flags],
      }),
    )
    const deadline = performance.now() + patienceMillis
    while (!(await isHealthy(url))) {
      if (child.isRunning && performance.now() < deadline) continue
      throw new Error(`Cannot start forwarder\n${child.output()}`)
    }
    return url
  }

  async person(name: string, choices: Partial<Settings> = {}): Promise<SdkPerson> {
    const person = new SdkPerson(name, join(this.directory, name))
    this.#stack.use(person)
    await person.open({ relay: this.url, name, ...choices })
    return person
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync()
  }
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`, { signal: AbortSignal.timeout(2000) })).ok
  } catch {
    // Not listening yet.
    await new Promise((resolve) => setTimeout(resolve, 10))
    return false
  }
}

export class SdkPerson implements AsyncDisposable {
  readonly name: string
  readonly clock = new MovableClock()
  readonly events: MessengerEvent[] = []
  /** What should not have happened. */
  readonly failures: unknown[] = []
  phrase = ''
  #home: string
  #machines = 1
  #profile: Profile | undefined
  #messenger: Messenger | undefined
  #settings: (Partial<Settings> & Pick<Settings, 'relay'>) | undefined
  #happened = Promise.withResolvers<void>()

  constructor(name: string, home: string) {
    this.name = name
    this.#home = home
  }

  get messenger(): Messenger {
    if (this.#messenger === undefined) throw new Error(`${this.name} is closed`)
    return this.#messenger
  }

  /** What is on this machine, unlocked. */
  get records(): Storage {
    if (this.#profile === undefined) throw new Error(`${this.name} is closed`)
    return this.#profile.records
  }

  async open(settings = this.#settings, choices: { readonly isOffline?: boolean } = {}) {
    this.#settings = settings
    const shelf = openSqliteShelf(this.#home)
    const deps = { primitives, argon2id, random: webRandomness, clock: this.clock }
    if ((await shelf.names()).includes('main')) {
      this.#profile = await openProfile(deps, shelf, 'main', passphrase)
    } else {
      const phrase = this.phrase === '' ? undefined : this.phrase
      const created = await createProfile(deps, shelf, { name: 'main', passphrase, phrase })
      this.#profile = created.profile
      this.phrase = created.phrase
    }
    const failed = (error: unknown): void => void this.failures.push(error)
    this.#messenger = await openMessenger({
      ...deps,
      profile: this.#profile,
      network: webNetwork(),
      settings,
      failed,
      ...choices,
    })
    void this.#follow(this.#messenger.events())
  }

  async close(): Promise<void> {
    await this.#messenger?.close()
    await this.#profile?.[Symbol.asyncDispose]()
    this.#messenger = undefined
    this.#profile = undefined
  }

  async reopen(): Promise<void> {
    await this.close()
    await this.open()
  }

  /** The old one is gone, and nothing is left but the phrase. */
  async anotherMachine(): Promise<void> {
    await this.close()
    this.#machines++
    this.#home = `${this.#home}-${this.#machines}`
    await this.open()
  }

  async online(): Promise<void> {
    await this.until('online', async () => this.messenger.connection === 'online' || undefined)
  }

  /** Asked again whenever something has happened here, until it says something. */
  async until<Found>(
    what: string,
    look: () => Promise<Found | undefined>,
    millis = patienceMillis,
  ): Promise<Found> {
    const late = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => late.resolve('late'), millis)
    try {
      for (;;) {
        const happened = this.#happened.promise.then(() => 'happened' as const)
        const found = await look()
        if (found !== undefined) return found
        if ((await Promise.race([happened, late.promise])) === 'late') {
          throw new Error(`${this.name} waited in vain for ${what}`)
        }
      }
    } finally {
      clearTimeout(timer)
    }
  }

  async contactOf(other: SdkPerson, state?: Contact['state']): Promise<string> {
    const { identity } = other.messenger
    const { id } = await this.until(`${other.name} as ${state ?? 'anybody'}`, async () => {
      const all = await this.messenger.contacts()
      return all.find(
        (each) => each.identity === identity && (state === undefined || each.state === state),
      )
    })
    return id
  }

  async messages(conversation: string): Promise<readonly Message[]> {
    const all = await this.messenger.history(conversation, { limit: 10_000 })
    return all.filter(({ kind }) => kind !== 'notice')
  }

  /** What the other side has said, in order. */
  async read(conversation: string): Promise<readonly string[]> {
    const all = await this.messages(conversation)
    return all
      .filter(({ isOwn }) => !isOwn)
      .map(({ kind, body }) => (kind === 'text' ? body : kind))
  }

  /** As soon as the other side has said as much. */
  async hear(conversation: string, count: number, millis?: number): Promise<readonly string[]> {
    return this.until(
      `${count} messages`,
      async () => {
        const read = await this.read(conversation)
        return read.length >= count ? read : undefined
      },
      millis,
    )
  }

  /** As soon as all that was written here has come so far. */
  async sent(conversation: string, isSo: (message: Message) => boolean): Promise<void> {
    await this.until('all to be sent', async () => {
      const all = (await this.messages(conversation)).filter(({ isOwn }) => isOwn)
      return all.every(isSo) || undefined
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #follow(events: AsyncIterable<MessengerEvent>): Promise<void> {
    for await (const event of events) {
      this.events.push(event)
      const { resolve } = this.#happened
      this.#happened = Promise.withResolvers()
      resolve()
    }
  }
}

/** Both are contacts afterwards, by invitation. What each calls the other. */
export async function meet(one: SdkPerson, other: SdkPerson): Promise<readonly [string, string]> {
  const { link } = await one.messenger.invite()
  await other.messenger.acceptInvitation(link)
  return [await one.contactOf(other, 'contact'), await other.contactOf(one, 'contact')]
}
