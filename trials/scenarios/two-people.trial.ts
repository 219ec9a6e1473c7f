/**
 * @module Two people talk, one on Bun and one on Node, in two processes, through a relay that is killed twice and stopped
 * once while they do. Each must end up with every message of the other exactly once and in order.
 */
import { expect, test } from 'vitest'
import { Child } from '#child.ts'
import { asInteger, asObject, asString, type JsonObject } from '#clients/json.ts'
import { fileURLToPath } from 'node:url'
import {
  freePorts,
  RelayProcess,
  type Runtime,
  runtimePath,
  temporaryDirectory,
} from '#relay-process.ts'

const messages = 2000
const timeoutMillis = 240_000
const personEntry = fileURLToPath(new URL('../clients/person.ts', import.meta.url))

/** After this part of all messages has arrived, the relay is ended like this. */
const ends = [
  { after: 0.2, signal: 'SIGKILL' },
  { after: 0.45, signal: 'SIGTERM' },
  { after: 0.7, signal: 'SIGKILL' },
] as const

test.each(['bun', 'node'] as const)(
  'two people converse through a relay on %s that is killed and restarted',
  async (runtime) => {
    const signal = AbortSignal.timeout(timeoutMillis)
    await using directory = await temporaryDirectory('two-people')
    const options = {
      runtime,
      dataDirectory: directory.path,
      ...(await freePorts()),
      environment: {
        OBSCURA_RATE_LIMIT_PER_SECOND: '1000000',
        OBSCURA_RATE_LIMIT_BURST: '1000000',
        OBSCURA_AUTH_RATE_LIMIT_PER_SECOND: '1000',
        OBSCURA_AUTH_RATE_LIMIT_BURST: '1000',
        OBSCURA_MAX_INBOX_SIZE: '10000',
      },
    }
    let relay = await RelayProcess.start(options, signal)
    try {
      await using ann = await Conversant.start('bun', relay.url, 'ann', 'ben')
      await using ben = await Conversant.start('node', relay.url, 'ben', 'ann')
      const [annId, benId] = await Promise.all([ann.registered, ben.registered])
      ann.tell({ do: 'converse', peer: benId })
      ben.tell({ do: 'converse', peer: annId })
      for (const end of ends) {
        await ann.untilReceived(messages * end.after, signal)
        const stopped = await relay.stop(end.signal)
        if (end.signal === 'SIGTERM') expect(stopped, relay.output()).toMatchObject({ code: 0 })
        relay = await RelayProcess.start(options, signal)
      }
      await Promise.all([ann.untilReceived(messages, signal), ben.untilReceived(messages, signal)])
      await Promise.all([ann.untilSent(messages, signal), ben.untilSent(messages, signal)])
      ann.tell({ do: 'finish' })
      ben.tell({ do: 'finish' })
      check(await ann.result, 'ben', 'ann')
      check(await ben.result, 'ann', 'ben')
    } finally {
      await relay.stop('SIGKILL')
    }
  },
  timeoutMillis + 30_000,
)

/** Repeated envelope ids are dropped, as every client does; nothing else is. */
function check(result: JsonObject, sender: string, recipient: string): void {
  const seen = new Set<string>()
  const texts: string[] = []
  const { received } = result
  if (!Array.isArray(received)) throw new TypeError('Cannot read result: a list is needed')
  for (const [id, text] of received) {
    if (!seen.has(id)) texts.push(text)
    seen.add(id)
  }
  const expected = Array.from({ length: messages }, (_, i) => `${sender} to ${recipient}: ${i}`)
  expect(texts).toEqual(expected)
  // Otherwise the relay was never away, and the trial proved nothing.
  expect(asInteger(result['connections'], 'connections')).toBeGreaterThan(ends.length)
}

class Conversant implements AsyncDisposable {
  readonly registered: Promise<string>
  readonly result: Promise<JsonObject>
  readonly #child: Child
  readonly #progress: { sent: number; received: number }

  private constructor(
    child: Child,
    registered: Promise<string>,
    result: Promise<JsonObject>,
    progress: { sent: number; received: number },
  ) {
    this.#child = child
    this.registered = registered
    this.result = result
    this.#progress = progress
  }

  static async start(
    runtime: Runtime,
    relay: URL,
    name: string,
    peerName: string,
  ): Promise<Conversant> {
    const registered = Promise.withResolvers<string>()
    const result = Promise.withResolvers<JsonObject>()
    const progress = { sent: 0, received: 0 }
    const child = await Child.start({
      command: runtimePath(runtime),
      arguments: [
        personEntry,
        ...['--relay', relay.href, '--name', name, '--peer-name', peerName],
        ...['--messages', String(messages)],
      ],
      wantsInput: true,
      onLine: (line) => {
        const event = asObject(JSON.parse(line), 'event')
        if (event['event'] === 'registered') registered.resolve(asString(event['userId'], 'userId'))
        if (event['event'] === 'result') result.resolve(event)
        if (event['event'] !== 'progress') return
        progress.sent = asInteger(event['sent'], 'sent')
        progress.received = asInteger(event['received'], 'received')
      },
    })
    const ended = child.stopped().then(() => {
      throw new Error(`${name} ended early:\n${child.output()}`)
    })
    const first = Promise.race([registered.promise, ended])
    const last = Promise.race([result.promise, ended])
    // Whoever waits for one of them hears of it; nobody must wait for all.
    for (const promise of [ended, first, last]) promise.catch(() => {})
    return new Conversant(child, first, last, progress)
  }

  tell(command: unknown): void {
    this.#child.writeLine(JSON.stringify(command))
  }

  async untilReceived(count: number, signal: AbortSignal): Promise<void> {
    await this.#until(() => this.#progress.received >= count, signal)
  }

  async untilSent(count: number, signal: AbortSignal): Promise<void> {
    await this.#until(() => this.#progress.sent >= count, signal)
  }

  async #until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    while (!isSo()) {
      if (!this.#child.isRunning) throw new Error(`A person ended early:\n${this.#child.output()}`)
      if (signal.aborted) throw new Error(`No progress: ${JSON.stringify(this.#progress)}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#child[Symbol.asyncDispose]()
  }
}
