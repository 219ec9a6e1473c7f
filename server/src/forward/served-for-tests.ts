/**
 * @module A forwarder on free ports in front of a gateway that the test plays, and that keeps everything it was sent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openForwarder, type Forwarder } from '#forward/forwarder.ts'
import { parseForwardOptions } from '#forward/options.ts'
import { createEvents } from '#watch/events.ts'
import { createLog } from '#watch/log.ts'
import { createMetrics } from '#watch/metrics.ts'

export interface Received {
  readonly method: string
  readonly url: string
  /** Names in lower case and values, as they came. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
}

export type Play = (received: Received, answer: ServerResponse) => void

export class PlayedGateway implements AsyncDisposable {
  readonly received: readonly Received[]
  /** Requests whose connections ended before their answers. */
  left = 0
  readonly #close: () => Promise<void>
  readonly origin: string

  private constructor(origin: string, received: readonly Received[], close: () => Promise<void>) {
    this.origin = origin
    this.received = received
    this.#close = close
  }

  static async open(play: Play): Promise<PlayedGateway> {
    const received: Received[] = []
    const server = createServer((request, answer) => {
      void readRequest(request).then((one) => {
        received.push(one)
        play(one, answer)
      })
      answer.on('close', () => {
        if (!answer.writableFinished) gateway.left++
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    // A server on TCP has such an address.
    const { port } = server.address() as AddressInfo
    const gateway = new PlayedGateway(`http://127.0.0.1:${port}`, received, async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
    return gateway
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}

async function readRequest(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  // Without an encoding chunks are Buffers.
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const raw = request.rawHeaders
  const headers = raw.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ''] as const] : [],
  )
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers,
    body: Buffer.concat(chunks),
  }
}

export class ServedForwarder implements AsyncDisposable {
  readonly url: string
  /** Everything that was logged, at level debug. */
  readonly lines: readonly string[]
  readonly #forwarder: Forwarder
  #stopping: Promise<void> | undefined

  private constructor(forwarder: Forwarder, lines: readonly string[]) {
    this.#forwarder = forwarder
    this.lines = lines
    this.url = `http://127.0.0.1:${forwarder.port}`
  }

  /** Flags without their dashes. */
  static async open(
    origin: string,
    flags: Readonly<Record<string, string>> = {},
  ): Promise<ServedForwarder> {
    const all = {
      gateway: origin,
      listen: '127.0.0.1:0',
      'rate-limit-per-second': '0',
      'shutdown-timeout-secs': '2',
      ...flags,
    }
    const argv = Object.entries(all).map(([name, value]) => `--${name}=${value}`)
    const parsed = parseForwardOptions(argv, {})
    if (parsed.kind !== 'run') throw new Error(parsed.text)
    const lines: string[] = []
    const write = (line: string): boolean => lines.push(line) > 0
    const log = createLog({ format: 'json', level: 'debug', now: Date.now, write })
    const events = createEvents({ log, metrics: createMetrics(), now: () => performance.now() })
    const policy = { kind: 'clear-on-loopback' } as const
    return new ServedForwarder(await openForwarder(parsed.options, policy, events), lines)
  }

  async ask(path: string, options: RequestInit = {}): Promise<Response> {
    return await fetch(`${this.url}${path}`, options)
  }

  async send(
    body: Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
    signal: AbortSignal | null = null,
  ): Promise<Response> {
    return await this.ask('/v2/ohttp', {
      method: 'POST',
      body,
      headers: { 'content-type': 'message/ohttp-req', ...headers },
      signal,
    })
  }

  stop(): Promise<void> {
    return (this.#stopping ??= this.#forwarder.stop())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }
}
