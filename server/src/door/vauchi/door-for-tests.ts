/**
 * @module The oblivious door on a real listener, over a store that the test can look into and a clock in its hands.
 */
import { randomBytes } from 'node:crypto'
import { verifyEd25519 } from '@sotto/primitives/node'
import type { Bus } from '#bus/bus.ts'
import { openLocalBus } from '#bus/local.ts'
import { createDispatch } from '#door/dispatch.ts'
import { selectListen, type Listening } from '#door/listener.ts'
import type { HandOut } from '#door/mobium/keys/hand-out.ts'
import { createVauchi, type Vauchi, type VauchiPolicy } from '#door/vauchi/vauchi.ts'
import { clientAddress } from '#guard/client-address.ts'
import { createKeyedHash, hashKeyBytes } from '#guard/keyed-hash.ts'
import { createRateLimit } from '#guard/rate-limit.ts'
import { parseCidr } from '#guard/cidr.ts'
import { pooledRandomness } from '#relay/clock.ts'
import { openMemoryStore } from '#store/memory/open.ts'
import type { Store } from '#store/store.ts'
import { createEvents, type Events } from '#watch/events.ts'
import { createLog } from '#watch/log.ts'
import { createMetrics } from '#watch/metrics.ts'

export const startMillis = 1_800_000_000_000

export type Reply = Readonly<Record<string, unknown>>

export interface Answered {
  readonly status: number
  readonly body: Reply
  readonly headers: Headers
}

/** What it is told in parts is laid over what a relay has by default, with room enough for any test. */
export interface DoorSettings {
  readonly store?: Store
  /** Nobody has keys, unless told. */
  readonly handOut?: HandOut
  readonly deposits?: Partial<VauchiPolicy['deposits']>
  readonly rates?: Partial<VauchiPolicy['rates']>
  readonly exchange?: Partial<VauchiPolicy['exchange']>
  readonly version?: Partial<VauchiPolicy['version']>
  readonly maxMessageBytes?: number
}

export class OpenDoor implements AsyncDisposable {
  readonly vauchi: Vauchi
  readonly bus: Bus
  /** Everything that was logged, at level debug. */
  readonly lines: readonly string[]
  /** Of the store, by method. */
  readonly storeCalls: string[]
  readonly #time: { millis: number }
  readonly #listening: Listening

  private constructor(
    made: Pick<OpenDoor, 'vauchi' | 'bus' | 'lines' | 'storeCalls'>,
    time: { millis: number },
    listening: Listening,
  ) {
    this.vauchi = made.vauchi
    this.bus = made.bus
    this.lines = made.lines
    this.storeCalls = made.storeCalls
    this.#time = time
    this.#listening = listening
  }

  get nowMillis(): number {
    return this.#time.millis
  }

  set nowMillis(millis: number) {
    this.#time.millis = millis
  }

  static async open(settings: DoorSettings = {}): Promise<OpenDoor> {
    const store = settings.store ?? openMemoryStore()
    const lines: string[] = []
    const write = (line: string): boolean => lines.push(line) > 0
    const log = createLog({ format: 'json', level: 'debug', now: Date.now, write })
    const events = createEvents({ log, metrics: createMetrics(), now: () => performance.now() })
    const time = { millis: startMillis }
    const now = (): number => time.millis
    const storeCalls: string[] = []
    const bus = openLocalBus()
    const hash = createKeyedHash(randomBytes(hashKeyBytes))
    const vauchi = await createVauchi({
      store: {
        recovery: counted(store.recovery, 'recovery', storeCalls),
        milestones: store.milestones,
        identities: counted(store.identities, 'identities', storeCalls),
        mailboxes: counted(store.mailboxes, 'mailboxes', storeCalls),
      },
      handOut: settings.handOut ?? (async () => undefined),
      bus,
      clock: { now },
      monotonic: now,
      randomness: pooledRandomness(randomBytes),
      verify: verifyEd25519,
      hash,
      limit: (rate, capacity = 256) => createRateLimit({ rate, capacity, now, hash }),
      addressOf: clientAddress([parseCidr('127.0.0.1')].filter((range) => range !== undefined)),
      events,
      requestTimeoutMillis: 5000,
      policy: {
        deposits: {
          maxEnvelopes: 1000,
          maxBytes: 50_000_000,
          maxTotalBytes: 1_073_741_824,
          whenFull: 'refuse',
          ttlMillis: 120 * 86_400_000,
          ...settings.deposits,
        },
        maxMessageBytes: settings.maxMessageBytes ?? 1_048_576,
        rates: {
          perMinute: 10_000,
          recoveryPerMinute: 10,
          sealedExchangePerMinute: 300,
          address: undefined,
          ...settings.rates,
        },
        exchange: { maxOffers: 1000, ttlSeconds: 300, ...settings.exchange },
        version: {
          minimum: 0,
          warn: 0,
          graceMillis: 14 * 86_400_000,
          changedAtMillis: undefined,
          ...settings.version,
        },
      },
    })
    return new OpenDoor({ vauchi, bus, lines, storeCalls }, time, await listenWith(vauchi, events))
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listening.port}`
  }

  /** As JSON, from the address that is given, or from the test's own. */
  async post(
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answered> {
    return this.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  }

  async ask(path: string, options: RequestInit = {}): Promise<Answered> {
    const response = await fetch(`${this.url}${path}`, options)
    const { status, headers } = response
    // Every answer of this door is a JSON object.
    return { status, headers, body: (await response.json()) as Reply }
  }

  /** The id that it got. */
  async send(token: string, text: string): Promise<string> {
    const { status, body } = await this.post('/v2/send', {
      recipient_id: token,
      ciphertext: base64(text),
    })
    if (status !== 200) throw new Error(`Not sent: ${status}`)
    return String(body['blob_id'])
  }

  /** The texts that wait there, in order. */
  async texts(...tokens: string[]): Promise<string[]> {
    return (await this.blobs(...tokens)).map((blob) =>
      Buffer.from(blob.ciphertext, 'base64').toString(),
    )
  }

  async blobs(...tokens: string[]): Promise<ReceivedBlob[]> {
    const { body } = await this.post('/v2/fetch', { mailbox_tokens: tokens })
    // What the protocol says a successful answer holds.
    return body['blobs'] as ReceivedBlob[]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening.closeNow()
  }
}

export interface ReceivedBlob {
  readonly blob_id: string
  readonly ciphertext: string
  readonly created_at: number
  readonly mailbox_token: string
}

export const base64 = (text: string): string => Buffer.from(text).toString('base64')

/** 64 hex digits that nobody else has. */
export const drawToken = (): string => randomBytes(32).toString('hex')

async function listenWith(vauchi: Vauchi, events: Events): Promise<Listening> {
  const dispatch = createDispatch({
    routes: [...vauchi.routes, ...vauchi.elsewhere([])],
    tokens: {
      issue: () => Promise.reject(new Error('No tokens here')),
      verify: () => undefined,
      revoke: () => undefined,
    },
    clientOf: () => '',
    admit: () => ({ allowed: true }),
    newRequestId: () => 'id',
    nowMillis: () => performance.now(),
    events,
  })
  const listen = await selectListen()
  return listen({
    host: '127.0.0.1',
    port: 0,
    tls: undefined,
    socket: { maxMessageBytes: 1024 },
    maxBodyBytes: 16 * 1024 * 1024,
    handle: vauchi.inOwnWords([], dispatch),
  })
}

/** The same port, with its calls written down. */
function counted<Port extends object>(port: Port, name: string, calls: string[]): Port {
  return new Proxy(port, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property)
      if (typeof value !== 'function') return value
      return (...given: unknown[]): unknown => {
        calls.push(`${name}.${String(property)}`)
        return Reflect.apply(value, target, given)
      }
    },
  })
}
