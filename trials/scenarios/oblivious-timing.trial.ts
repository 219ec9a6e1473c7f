/**
 * @module What the time of an answer tells of a mailbox. Requests for mailboxes with mail, without mail, and for some
 * that nobody ever wrote to are asked in an order without pattern, so that a busy moment of the machine falls on all of
 * them, and compared by ranks (Mann–Whitney): the chance that an answer about one kind takes longer than one about
 * another is a half if nothing can be told. No time is compared with a clock.
 *
 * What is demanded is that nobody who knows a token can tell whether its mailbox was ever used: whoever sends, fetches or
 * acknowledges waits as long for one that was emptied as for one that nobody ever wrote to. Whoever sends, and whoever
 * acknowledges what is not there, cannot tell either whether mail waits, which would tell when its owner was there. An
 * answer with mail in it is longer, of course.
 *
 * What is within five deviations of chance passes. More samples see finer: `docs/performance.md` has what 10,000 see.
 *
 * Each mailbox is asked about once. That is all that anybody can do who looks for one that was never used: rates are
 * counted by token, so that what a token was asked for before is in the memory of the rates, and by the second time of
 * asking it is one's own.
 *
 * `TIMING_SAMPLES=10000` takes more, and prints what was found.
 */
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HttpReplyReader } from '#bench/load/http-replies.ts'
import { createChance } from '#crash/random.ts'
import { freePorts, RelayProcess, temporaryDirectory } from '#relay-process.ts'

const wanted = Number(process.env['TIMING_SAMPLES'] ?? 0)
const samples = wanted || 1500
/** Of each, before anything is taken. */
const warmUp = 300
const timeoutMillis = 60_000 + samples * 30

const openLimits = [
  ...['--oblivious-per-minute', '1000000', '--oblivious-address-per-second', '0'],
  ...['--oblivious-max-blobs', '1000000', '--log-level', 'warn'],
]

type Kind = 'with mail' | 'without mail' | 'unknown'
const kinds: readonly Kind[] = ['unknown', 'without mail', 'with mail']
const operations = ['fetch', 'ack', 'send'] as const
type Operation = (typeof operations)[number]
type Times = ReadonlyMap<Kind, readonly number[]>

/** Those that cannot be told apart by this. */
const alike: Readonly<Record<Operation, readonly (readonly [Kind, Kind])[]>> = {
  fetch: [['unknown', 'without mail']],
  ack: pairsOf(kinds),
  send: pairsOf(kinds),
}

/** Five times what chance makes of so few samples: the deviation of this statistic is √((2n + 1) / 12n²). */
const conspicuous = 5 * Math.sqrt((2 * samples + 1) / (12 * samples ** 2))

describe.each(['bun', 'node'] as const)('a relay on %s', (runtime) => {
  const stack = new AsyncDisposableStack()
  let asker: Asker

  beforeAll(async () => {
    const directory = stack.use(await temporaryDirectory('timing'))
    const options = {
      runtime,
      dataDirectory: directory.path,
      ...(await freePorts()),
      arguments: openLimits,
    }
    stack.use(await RelayProcess.start(options, AbortSignal.timeout(60_000)))
    asker = stack.use(await Asker.connect(options.port))
  }, 60_000)
  afterAll(async () => await stack.disposeAsync())

  /** As many of each kind as are asked about. */
  async function prepare(): Promise<ReadonlyMap<Kind, readonly string[]>> {
    const tokens = new Map<Kind, string[]>(kinds.map((kind) => [kind, []]))
    for (let i = 0; i < samples + warmUp; i++) {
      for (const kind of shuffled(kinds)) {
        const token = randomBytes(32).toString('hex')
        tokens.get(kind)?.push(token)
        if (kind === 'unknown') continue
        const { blob_id } = await asker.ask(requestOf('send', bodyOf('send', token)))
        if (kind === 'without mail') await asker.ask(requestOf('ack', ackOf(token, blob_id)))
      }
    }
    return tokens
  }

  async function measure(operation: Operation): Promise<Times> {
    const tokens = await prepare()
    // Made beforehand, so that nothing of how they were made falls into the time.
    const rounds = Array.from({ length: samples + warmUp }, (_, i) =>
      shuffled(kinds).map((kind) => {
        const token = tokens.get(kind)?.[i] ?? ''
        return { kind, request: requestOf(operation, bodyOf(operation, token)) }
      }),
    )
    const times = new Map<Kind, number[]>(kinds.map((kind) => [kind, []]))
    for (const [i, round] of rounds.entries()) {
      for (const { kind, request } of round) {
        const began = performance.now()
        await asker.ask(request)
        const millis = performance.now() - began
        if (i >= warmUp) times.get(kind)?.push(millis)
      }
    }
    return times
  }

  test.each(operations)(
    'takes as long to answer %s whatever the mailbox was used for',
    async (operation) => {
      const times = await measure(operation)
      const found = pairsOf(kinds).map(
        ([one, other]) => [one, other, advantage(of(times, one), of(times, other))] as const,
      )
      if (wanted > 0) {
        console.log(runtime, operation, {
          bound: conspicuous.toFixed(3),
          ...Object.fromEntries(found.map(([a, b, far]) => [`${a} to ${b}`, far.toFixed(3)])),
          medians: kinds.map((kind) => `${kind} ${middle(of(times, kind))}`).join(', '),
        })
      }
      const told = found.filter(([one, other, far]) => {
        const isDemanded = alike[operation].some(([a, b]) => a === one && b === other)
        return isDemanded && Math.abs(far) >= conspicuous
      })
      expect(told).toEqual([])
    },
    timeoutMillis,
  )
})

test('times that are shifted are told apart, and times that are not are not', () => {
  const draw = (shift: number): readonly number[] =>
    Array.from({ length: samples }, (_, i) => ((i * 7919) % 1000) / 1000 + shift)
  expect(advantage(draw(0), draw(0))).toBe(0)
  expect(advantage(draw(0.1), draw(0))).toBeGreaterThan(conspicuous)
  expect(advantage(draw(0), draw(0.1))).toBeLessThan(-conspicuous)
  expect(advantage([2, 3], [0, 1])).toBe(0.5)
})

/** How far from a half the chance is that one of `some` takes longer than one of `others`. */
function advantage(some: readonly number[], others: readonly number[]): number {
  const all = [
    ...some.map((millis) => ({ millis, isOurs: true })),
    ...others.map((millis) => ({ millis, isOurs: false })),
  ].sort((a, b) => a.millis - b.millis)
  let rankSum = 0
  for (let from = 0; from < all.length;) {
    let to = from
    while (to < all.length && all[to]?.millis === all[from]?.millis) to++
    // Those that tie share the mean of their ranks, which begin at 1.
    const rank = (from + 1 + to) / 2
    for (let i = from; i < to; i++) if (all[i]?.isOurs === true) rankSum += rank
    from = to
  }
  const wins = rankSum - (some.length * (some.length + 1)) / 2
  return wins / (some.length * others.length) - 0.5
}

function pairsOf(all: readonly Kind[]): readonly (readonly [Kind, Kind])[] {
  return all.flatMap((one, i) => all.slice(i + 1).map((other) => [one, other] as const))
}

function of(times: Times, kind: Kind): readonly number[] {
  return times.get(kind) ?? []
}

function middle(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  return `${((sorted[sorted.length >> 1] ?? 0) * 1000).toFixed(0)} µs`
}

const chance = createChance(randomInt(2 ** 31))

function shuffled<T>(elements: readonly T[]): readonly T[] {
  return elements
    .map((element) => ({ element, order: chance.integer(0, 2 ** 31) }))
    .sort((a, b) => a.order - b.order)
    .map(({ element }) => element)
}

const letter = Buffer.alloc(300, 'x').toString('base64')

/** As long for every mailbox. */
function bodyOf(operation: Operation, token: string): string {
  switch (operation) {
    case 'fetch':
      return JSON.stringify({ mailbox_tokens: [token] })
    case 'ack':
      return ackOf(token, crypto.randomUUID())
    case 'send':
      return JSON.stringify({ recipient_id: token, ciphertext: letter })
  }
}

function ackOf(token: string, blobId: unknown): string {
  return JSON.stringify({ recipient_id: token, blob_id: blobId })
}

function requestOf(operation: Operation, body: string): Uint8Array {
  return Buffer.from(
    `POST /v2/${operation} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  )
}

/** One connection, one request at a time, and as little as possible around it. */
class Asker implements Disposable {
  readonly #socket: Socket
  #answer = Promise.withResolvers<Readonly<Record<string, unknown>>>()

  private constructor(socket: Socket) {
    this.#socket = socket
    const reader = new HttpReplyReader()
    const lost = (error?: Error): void =>
      this.#answer.reject(error ?? new Error('The relay closed the connection'))
    socket.on('data', (chunk) => {
      if (typeof chunk === 'string') return
      reader.push(chunk, ({ status, body }) => {
        if (status === 200) this.#answer.resolve(JSON.parse(Buffer.from(body).toString()))
        else this.#answer.reject(new Error(`Refused with ${status}`))
      })
    })
    socket.on('error', lost)
    socket.on('close', () => lost())
  }

  static async connect(port: number): Promise<Asker> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true })
    await once(socket, 'connect')
    return new Asker(socket)
  }

  async ask(request: Uint8Array): Promise<Readonly<Record<string, unknown>>> {
    this.#answer = Promise.withResolvers()
    this.#socket.write(request)
    return await this.#answer.promise
  }

  [Symbol.dispose](): void {
    // Nobody waits for what a connection that we end ourselves says.
    this.#answer.promise.catch(() => {})
    this.#socket.destroy()
  }
}
