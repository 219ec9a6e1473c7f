/**
 * @module What the scenarios of one relay share: the relay, a client, people, and an ear at a mailbox.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDevice, type Device } from '#clients/device.ts'
import type { Gateway } from '#clients/gateway.ts'
import { ObscuraClient, type Session } from '#clients/obscura.ts'
import type { Envelope, PreKeyStatus } from '#clients/protobuf.ts'
import { freePorts, RelayProcess, type Runtime, temporaryDirectory } from '#relay-process.ts'

export interface Person {
  readonly session: Session
  readonly device: Device
  readonly username: string
  readonly password: string
}

export interface Stage extends AsyncDisposable {
  readonly relay: RelayProcess
  readonly client: ObscuraClient
  readonly secret: string
  join(oneTimeKeys?: number): Promise<Person>
  listen(person: Person): Promise<Ear>
}

const openLimits = [
  ...['--rate-limit-per-second', '100000', '--rate-limit-burst', '100000'],
  ...['--auth-rate-limit-per-second', '100000', '--auth-rate-limit-burst', '100000'],
]

const startTimeoutMillis = 30_000

export async function openStage(
  runtime: Runtime,
  relayArguments: readonly string[] = [],
  limits: readonly string[] = openLimits,
): Promise<Stage> {
  const directory = await temporaryDirectory('scenario')
  const secret = randomBytes(24).toString('hex')
  const options = {
    runtime,
    dataDirectory: directory.path,
    ...(await freePorts()),
    arguments: [...limits, ...relayArguments],
    environment: { JWT_SECRET: secret },
  }
  let relay: RelayProcess
  try {
    relay = await RelayProcess.start(options, AbortSignal.timeout(startTimeoutMillis))
  } catch (error) {
    await directory[Symbol.asyncDispose]()
    throw error
  }
  const client = new ObscuraClient(relay.url)
  return {
    relay,
    client,
    secret,
    join: async (oneTimeKeys = 25) => {
      const username = `person_${randomBytes(6).toString('hex')}`
      const password = randomBytes(12).toString('hex')
      const device = createDevice(oneTimeKeys)
      const session = await client.register({ username, password }, device)
      return { session, device, username, password }
    },
    listen: async ({ session }) => await Ear.open(client, session.token),
    [Symbol.asyncDispose]: async () => {
      await relay[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

const patienceMillis = 15_000

/** Hears what a gateway socket brings, in order. */
export class Ear {
  readonly gateway: Gateway
  readonly #heard: Heard

  private constructor(gateway: Gateway, heard: Heard) {
    this.gateway = gateway
    this.#heard = heard
  }

  static async open(client: ObscuraClient, token: string): Promise<Ear> {
    const heard: Heard = { envelopes: [], statuses: [], closed: undefined }
    const gateway = await client.openGateway(
      token,
      {
        onEnvelope: (envelope) => heard.envelopes.push(envelope),
        onPreKeyStatus: (status) => heard.statuses.push(status),
        onClose: (code, reason) => (heard.closed = { code, reason }),
      },
      AbortSignal.timeout(patienceMillis),
    )
    return new Ear(gateway, heard)
  }

  /** The next so many envelopes, which are then forgotten. */
  async envelopes(count: number): Promise<readonly Envelope[]> {
    const { envelopes } = this.#heard
    await until(() => envelopes.length >= count, `${count} envelopes, ${envelopes.length} came`)
    return envelopes.splice(0, count)
  }

  async texts(count: number): Promise<readonly string[]> {
    const envelopes = await this.envelopes(count)
    return envelopes.map(({ message }) => new TextDecoder().decode(message.content))
  }

  async status(): Promise<PreKeyStatus | undefined> {
    const { statuses } = this.#heard
    await until(() => statuses.length > 0, 'a prekey status')
    return statuses.shift()
  }

  async closed(): Promise<{ readonly code: number; readonly reason: string }> {
    await until(() => this.#heard.closed !== undefined, 'a close')
    return this.#heard.closed ?? { code: 0, reason: '' }
  }

  get isOpen(): boolean {
    return this.#heard.closed === undefined
  }

  /** What came although nothing should have, after a while. */
  async silence(millis = 400): Promise<number> {
    await sleep(millis)
    return this.#heard.envelopes.length + this.#heard.statuses.length
  }

  /** Resolves when the relay has read everything that was sent before. */
  async ping(): Promise<Uint8Array> {
    return await this.gateway.ping(Uint8Array.of(1, 2, 3), AbortSignal.timeout(patienceMillis))
  }

  /** Closes, and resolves when the relay has closed too. */
  async leave(): Promise<void> {
    this.gateway.close()
    await this.closed()
  }
}

interface Heard {
  readonly envelopes: Envelope[]
  readonly statuses: PreKeyStatus[]
  closed: { readonly code: number; readonly reason: string } | undefined
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + patienceMillis
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain for ${what}`)
    await sleep(5)
  }
}

/** The status and the body of a request that a client would not make. */
export async function raw(
  stage: Stage,
  path: string,
  request: RequestInit = {},
): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }> {
  const response = await fetch(new URL(path, stage.relay.url), request)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

export function text(
  value: string,
  type = 2,
): { readonly type: number; readonly content: Uint8Array } {
  return { type, content: new TextEncoder().encode(value) }
}
