/**
 * @module A relay as its clients meet it: assembled from options like the program's own, listening on free ports of
 * loopback, with everything that it logs kept for the test.
 *
 * Tests speak to it over TCP. What they put in the place of the real thing (clock, store) they name when they start it.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeEncryptedMessage } from '@sotto/wire'
import { assemble, type World } from '#assemble.ts'
import {
  GatewayClient,
  openGateway,
  textOf,
  tryGateway,
} from '#door/obscura/contract/gateway-for-tests.ts'
import { deviceToJson, drawDevice, type DeviceKeys } from '#door/obscura/contract/keys-for-tests.ts'
import type { RawReply } from '#door/obscura/contract/raw-http-for-tests.ts'
import type { HandshakeOptions } from '#door/obscura/contract/raw-socket-for-tests.ts'
import {
  secret,
  subjectOf,
  tokensOf,
  type Tokens,
} from '#door/obscura/contract/tokens-for-tests.ts'
import { listenPolicy, parseOptions } from '#options.ts'
import { createEvents } from '#watch/events.ts'
import { createLog } from '#watch/log.ts'
import { createMetrics } from '#watch/metrics.ts'

/** Limits that no test meets by accident. */
const roomy = {
  'rate-limit-per-second': '1000000',
  'rate-limit-burst': '1000000',
  'auth-rate-limit-per-second': '1000000',
  'auth-rate-limit-burst': '1000000',
  'prekey-burst': '100000',
}

const fencePrefix = 'fence '

export interface RelaySettings extends Pick<World, 'clock' | 'randomness' | 'store'> {
  /** Flags without their dashes. */
  readonly flags?: Readonly<Record<string, string>>
  readonly database?: 'sqlite' | 'memory'
  /** Of an earlier relay, whose data is to be found again. */
  readonly folder?: string
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body parsed as JSON. */
  readonly json: unknown
}

export interface Asked {
  readonly token?: string | undefined
  readonly json?: unknown
  readonly body?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Person extends Tokens {
  readonly username: string
  readonly password: string
  /** The account's id, as everybody else learns it. */
  readonly id: string
  readonly device: DeviceKeys
}

export class RunningRelay implements AsyncDisposable {
  readonly port: number
  readonly opsPort: number
  /** Everything that was logged, at level debug. */
  readonly lines: readonly string[]
  readonly folder: string
  readonly #stop: () => Promise<void>
  readonly #keepsFolder: boolean

  private constructor(
    relay: { readonly port: number; readonly opsPort: number | undefined; stop(): Promise<void> },
    lines: readonly string[],
    folder: string,
    keepsFolder: boolean,
  ) {
    this.port = relay.port
    this.opsPort = relay.opsPort ?? 0
    this.lines = lines
    this.folder = folder
    this.#keepsFolder = keepsFolder
    let stopping: Promise<void> | undefined
    this.#stop = () => (stopping ??= relay.stop())
  }

  static async start(settings: RelaySettings = {}): Promise<RunningRelay> {
    const folder = settings.folder ?? (await mkdtemp(join(tmpdir(), 'sotto-contract-')))
    const flags = {
      port: '0',
      'mgmt-port': '0',
      'data-dir': folder,
      'jwt-secret': secret,
      'shutdown-timeout-secs': '3',
      ...(settings.database === 'memory' ? { 'database-url': 'memory:' } : {}),
      ...roomy,
      ...settings.flags,
    }
    const parsed = parseOptions(
      Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      {},
    )
    if (parsed.kind !== 'run') throw new Error(parsed.text)
    const policy = listenPolicy(parsed.options)
    if (policy.kind === 'refused') throw new Error(policy.text)
    const lines: string[] = []
    const write = (line: string): boolean => lines.push(line) > 0
    const log = createLog({ format: 'json', level: 'debug', now: Date.now, write })
    const metrics = createMetrics()
    const events = createEvents({ log, metrics, now: () => performance.now() })
    const { clock, randomness, store } = settings
    const world = {
      events,
      metrics,
      ...(clock === undefined ? {} : { clock }),
      ...(randomness === undefined ? {} : { randomness }),
      ...(store === undefined ? {} : { store }),
    }
    const relay = await assemble(parsed.options, policy, world)
    return new RunningRelay(relay, lines, folder, settings.folder !== undefined)
  }

  // --------------------------------------------------------------------------------------------- HTTP

  async ask(method: string, path: string, asked: Asked = {}): Promise<Answer> {
    return await ask(`http://127.0.0.1:${this.port}${path}`, method, asked)
  }

  async askOps(path: string): Promise<Answer> {
    return await ask(`http://127.0.0.1:${this.opsPort}${path}`, 'GET', {})
  }

  /** The value of a metric without labels, or of the line that begins like this. */
  async metric(start: string): Promise<number> {
    const { text } = await this.askOps('/metrics')
    const line = text.split('\n').find((each) => each.startsWith(`${start} `))
    if (line === undefined) throw new Error(`No metric ${start}`)
    return Number(line.slice(start.length + 1))
  }

  /** How many envelopes wait, in all mailboxes together. */
  async stored(): Promise<number> {
    return await this.metric('sotto_envelopes_waiting')
  }

  async post(path: string, json: unknown, token?: string): Promise<Answer> {
    return await this.ask('POST', path, { json, token })
  }

  // ------------------------------------------------------------------------------------------- people

  /** A new account, with 25 one-time keys unless told. */
  async join(
    changes: { readonly oneTime?: number; readonly device?: DeviceKeys } = {},
  ): Promise<Person> {
    const device = changes.device ?? drawDevice({ oneTime: changes.oneTime ?? 25 })
    const username = `user-${randomBytes(8).toString('hex')}`
    const password = `password-${randomBytes(8).toString('hex')}`
    const tokens = tokensOf(
      await this.post('/v1/users', { username, password, ...deviceToJson(device) }),
      201,
    )
    return { ...tokens, username, password, device, id: subjectOf(tokens.token) }
  }

  async logIn({ username, password }: Person): Promise<Tokens> {
    return tokensOf(await this.post('/v1/sessions', { username, password }), 200)
  }

  async refresh(refreshToken: string): Promise<Answer> {
    return await this.post('/v1/sessions/refresh', { refreshToken })
  }

  async logOut(token: string, refreshToken: string): Promise<Answer> {
    return await this.ask('DELETE', '/v1/sessions', { token, json: { refreshToken } })
  }

  async bundle(id: string): Promise<Bundle> {
    const answer = await this.ask('GET', `/v1/keys/${id}`)
    if (answer.status !== 200) throw new Error(`No bundle: ${answer.status} ${answer.text}`)
    // The contract's PreKeyBundle; what a test looks at, it compares.
    return answer.json as Bundle
  }

  // ----------------------------------------------------------------------------------------- messages

  async trySend(
    from: { readonly token: string },
    to: { readonly id: string },
    content: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
    return await this.ask('POST', `/v1/messages/${to.id}`, {
      token: from.token,
      body: encodeEncryptedMessage({ type: 2, content: bytes }),
      headers: { 'content-type': 'application/x-protobuf', ...headers },
    })
  }

  async send(
    from: { readonly token: string },
    to: { readonly id: string },
    ...contents: readonly (string | Uint8Array)[]
  ): Promise<void> {
    for (const content of contents) {
      const { status, text } = await this.trySend(from, to, content)
      if (status !== 201) throw new Error(`Cannot send: ${status} ${text}`)
    }
  }

  async connect(
    { token }: { readonly token: string },
    options?: HandshakeOptions,
  ): Promise<GatewayClient> {
    return await openGateway(this.port, token, options)
  }

  async tryConnect(token: string, options?: HandshakeOptions): Promise<GatewayClient | RawReply> {
    return await tryGateway(this.port, token, options)
  }

  /**
   * What waits for this person, as texts, and goes on waiting: everything that comes on a new connection before a
   * message that is sent now.
   */
  async waiting(person: Person): Promise<readonly string[]> {
    const fence = `${fencePrefix}${randomBytes(8).toString('hex')}`
    await this.send(person, person, fence)
    const gateway = await this.connect(person)
    const found: string[] = []
    for (;;) {
      const frame = await gateway.frame()
      if (frame.kind !== 'envelope') continue
      const text = textOf(frame)
      if (text === fence) gateway.acknowledge(frame)
      if (text === fence) break
      if (!text.startsWith(fencePrefix)) found.push(text)
    }
    await gateway.leave()
    return found
  }

  // ------------------------------------------------------------------------------------------- ending

  /** As the program does it on a signal. */
  async stop(): Promise<void> {
    await this.#stop()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
    if (!this.#keepsFolder) await rm(this.folder, { recursive: true, force: true })
  }
}

export interface Bundle {
  readonly registrationId: number
  readonly identityKey: string
  readonly signedPreKey: {
    readonly keyId: number
    readonly publicKey: string
    readonly signature: string
  }
  readonly oneTimePreKey: { readonly keyId: number; readonly publicKey: string } | null
}

async function ask(url: string, method: string, asked: Asked): Promise<Answer> {
  const headers = new Headers(asked.headers)
  if (asked.token !== undefined) headers.set('authorization', `Bearer ${asked.token}`)
  if (asked.json !== undefined && !headers.has('content-type')) {
    headers.set('content-type', 'application/json')
  }
  const body = asked.json === undefined ? asked.body : JSON.stringify(asked.json)
  const response = await fetch(url, {
    method,
    headers,
    body: typeof body === 'string' || body === undefined ? (body ?? null) : Uint8Array.from(body),
  })
  const text = await response.text()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { status: response.status, headers: response.headers, text, json }
}
