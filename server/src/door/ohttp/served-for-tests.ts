/**
 * @module The oblivious door on a real listener, with a clock in the test's hands, actions and routes that the test
 * gives, and a client that seals for it.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import type { Primitives } from '@sotto/primitives'
import { openPrimitives } from '@sotto/primitives/provider'
import { decodeResponse } from '@sotto/veil/bhttp/decode'
import { encodeRequest } from '@sotto/veil/bhttp/encode'
import type { BinaryRequest, BinaryResponse } from '@sotto/veil/bhttp/message'
import { encapsulateRequest, openResponse } from '@sotto/veil/ohttp/client'
import type { ResponseContext } from '@sotto/veil/ohttp/encapsulation'
import { decodeKeyConfig, type KeyConfig } from '@sotto/veil/ohttp/key-config'
import { padEnvelope, unpadEnvelope } from '@sotto/veil/padding/padded-block'
import { createDispatch } from '#door/dispatch.ts'
import { selectListen, type Listening } from '#door/listener.ts'
import type { Actions } from '#door/ohttp/envelope.ts'
import { createOhttp, type OhttpDeps, type OhttpPolicy } from '#door/ohttp/ohttp.ts'
import type { Route } from '#door/route.ts'
import { createKeyedHash, hashKeyBytes } from '#guard/keyed-hash.ts'
import {
  openTestAttachments,
  startMillis,
  type TestAttachments,
} from '#relay/attachments/attachments-for-tests.ts'
import { createEvents } from '#watch/events.ts'
import { createLog } from '#watch/log.ts'
import { createMetrics } from '#watch/metrics.ts'

export const windowSeconds = 3600

const policy: OhttpPolicy = {
  keyWindowSeconds: windowSeconds,
  maxRequestBytes: 128 * 1024,
  requestTimeoutMillis: 5000,
  perSecond: 100_000,
  burst: 100_000,
  attachments: {
    maxBytes: 64 * 1024,
    maxTotalBytes: 1024 * 1024,
    perSecond: 1000,
    ttlMillis: 86_400_000,
  },
}

export interface GatewaySettings {
  readonly actions?: Actions
  readonly routes?: readonly Route[]
  readonly policy?: Partial<OhttpPolicy>
  readonly isOff?: boolean
}

export interface Sealed {
  readonly message: Uint8Array
  readonly context: ResponseContext
}

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length))

export class ServedGateway implements AsyncDisposable {
  readonly primitives: Primitives
  readonly attachments: TestAttachments
  /** Everything that was logged, at level debug. */
  readonly lines: readonly string[]
  readonly #listening: Listening

  private constructor(
    primitives: Primitives,
    attachments: TestAttachments,
    listening: Listening,
    lines: readonly string[],
  ) {
    this.primitives = primitives
    this.attachments = attachments
    this.lines = lines
    this.#listening = listening
  }

  static async open(settings: GatewaySettings = {}): Promise<ServedGateway> {
    const primitives = await openPrimitives()
    const attachments = await openTestAttachments()
    const lines: string[] = []
    const write = (line: string): boolean => lines.push(line) > 0
    const log = createLog({ format: 'json', level: 'debug', now: Date.now, write })
    const events = createEvents({ log, metrics: createMetrics(), now: () => performance.now() })
    const tokens: OhttpDeps['tokens'] = {
      issue: () => Promise.reject(new Error('No tokens here')),
      verify: () => undefined,
      revoke: () => undefined,
    }
    const common = {
      tokens,
      newRequestId: randomUUID,
      nowMillis: () => performance.now(),
      events,
    }
    const deps: OhttpDeps = {
      ...common,
      openPrimitives: async () => primitives,
      secret: new Uint8Array(32).fill(7),
      clock: attachments.clock,
      randomness: { bytes: random },
      hash: createKeyedHash(randomBytes(hashKeyBytes)),
      actions: settings.actions ?? {},
      routes: settings.routes ?? [],
      blobs: attachments.blobs,
      records: attachments.records,
      policy: { ...policy, ...settings.policy },
    }
    const { routes } = createOhttp(settings.isOff === true ? undefined : deps)
    const dispatch = createDispatch({
      ...common,
      routes: [...routes, ...(settings.routes ?? [])],
      clientOf: () => '',
      admit: () => ({ allowed: true }),
    })
    const listen = await selectListen()
    const listening = await listen({
      host: '127.0.0.1',
      port: 0,
      tls: undefined,
      socket: { maxMessageBytes: 1024 },
      maxBodyBytes: 8 * 1024 * 1024,
      handle: dispatch,
    })
    return new ServedGateway(primitives, attachments, listening, lines)
  }

  get url(): string {
    return `http://127.0.0.1:${this.#listening.port}`
  }

  async ask(path: string, options: RequestInit = {}): Promise<Response> {
    return await fetch(`${this.url}${path}`, options)
  }

  /** Moves the clock by whole windows of keys. */
  passWindows(count: number): void {
    const { clock } = this.attachments
    clock.set(clock.now() + count * windowSeconds * 1000)
  }

  async config(): Promise<KeyConfig> {
    const response = await this.ask('/v2/ohttp-key')
    const config = decodeKeyConfig(new Uint8Array(await response.arrayBuffer()))
    if (config === undefined) throw new Error('No key configuration')
    return config
  }

  async seal(plaintext: Uint8Array, config?: KeyConfig): Promise<Sealed> {
    const key = config ?? (await this.config())
    const sealed = await encapsulateRequest(this.primitives, random, key, plaintext)
    if (sealed === undefined) throw new Error('Cannot seal')
    return sealed
  }

  async hand(message: Uint8Array): Promise<Response> {
    return await this.ask('/v2/ohttp', {
      method: 'POST',
      headers: { 'content-type': 'message/ohttp-req' },
      body: new Uint8Array(message),
    })
  }

  async open(response: Response, { context }: Sealed): Promise<Uint8Array> {
    const bytes = new Uint8Array(await response.arrayBuffer())
    const opened = await openResponse(this.primitives, context, bytes)
    if (opened === undefined) throw new Error(`Not sealed: ${response.status}`)
    return opened
  }

  /** Seals, hands in, opens. */
  async exchange(plaintext: Uint8Array, config?: KeyConfig): Promise<Uint8Array> {
    const sealed = await this.seal(plaintext, config)
    return await this.open(await this.hand(sealed.message), sealed)
  }

  async act(value: unknown): Promise<unknown> {
    return bodyOf(await this.exchange(padded(value)))
  }

  async walk(request: Partial<BinaryRequest>): Promise<BinaryResponse> {
    return responseOf(await this.exchange(binary(request)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listening.closeNow()
    await this.attachments[Symbol.asyncDispose]()
  }
}

export { startMillis }

/** As Vauchi's clients write a request. */
export function padded(value: unknown): Uint8Array {
  return padEnvelope(random, new TextEncoder().encode(JSON.stringify(value)))
}

/** What an answer holds; its length must be one of the sizes. */
export function bodyOf(block: Uint8Array): unknown {
  const content = unpadEnvelope(block)
  if (content === undefined) throw new Error(`Not padded: ${block.length} bytes`)
  return JSON.parse(new TextDecoder().decode(content))
}

export function binary(request: Partial<BinaryRequest>): Uint8Array {
  return encodeRequest({
    method: 'GET',
    scheme: 'https',
    authority: 'relay.example',
    path: '/',
    headers: [],
    content: new Uint8Array(),
    trailers: [],
    ...request,
  })
}

export function responseOf(bytes: Uint8Array): BinaryResponse {
  const decoded = decodeResponse(bytes, { maxHeaderBytes: 65_536, maxContentBytes: 1 << 20 })
  if (decoded.kind !== 'decoded') throw new Error(`Not a response: ${decoded.kind}`)
  return decoded.message
}

export function textOf({ content }: BinaryResponse): string {
  return new TextDecoder().decode(content)
}
