/**
 * @module What the time of an answer tells of a mailbox. Requests for mailboxes with mail, without mail, and for some
 * that nobody ever wrote to are asked in an order without pattern, so that a busy moment of the machine falls on all of
 * them, and compared by ranks (Mann–Whitney): the chance that an answer about one kind takes longer than one about
 * another is a half if nothing can be told. No time is compared with a clock.
 *
 * What is demanded is that who sends cannot tell whether mail waits, which would tell when its owner was there. That a
 * mailbox was never written to, answers do tell, to whoever knows its token: it is not in the relay's memory, and the
 * first message makes it in a commit of its own.
 *
 * `TIMING_SAMPLES=10000` takes more, of fetches and acknowledgements too, and prints what was found.
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
const mailboxes = 50
const timeoutMillis = 60_000 + samples * 30

const openLimits = [
  ...['--oblivious-per-minute', '1000000', '--oblivious-address-per-second', '0'],
  ...['--oblivious-max-blobs', '1000000', '--log-level', 'warn'],
]

type Kind = 'with mail' | 'without mail' | 'unknown'
const kinds: readonly Kind[] = ['with mail', 'without mail', 'unknown']
const operations = ['fetch', 'ack', 'send'] as const
type Operation = (typeof operations)[number]
type Times = ReadonlyMap<Kind, readonly number[]>

/** Five times what chance makes of so few samples: the deviation of this statistic is √((2n + 1) / 12n²). */
const conspicuous = 5 * Math.sqrt((2 * samples + 1) / (12 * samples ** 2))

describe.each(['bun', 'node'] as const)('a relay on %s', (runtime) => {
  const stack = new AsyncDisposableStack()
  let asker: Asker
  const known = new Map<Kind, readonly string[]>()

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
    for (const kind of ['with mail', 'without mail'] as const) {
      const tokens = Array.from({ length: mailboxes }, drawToken)
      known.set(kind, tokens)
      for (const token of tokens) {
        const { blob_id } = await asker.ask('send', bodyOf('send', token))
        if (kind === 'without mail') await asker.ask('ack', ackOf(token, blob_id))
      }
    }
  })
  afterAll(async () => await stack.disposeAsync())

  async function measure(operation: Operation, among: readonly Kind[]): Promise<Times> {
    const times = new Map<Kind, number[]>(among.map((kind) => [kind, []]))
    for (let i = 0; i < samples + warmUp; i++) {
      for (const kind of shuffled(among)) {
        const token = known.get(kind)?.[i % mailboxes] ?? drawToken()
        const body = bodyOf(operation, token)
        const began = performance.now()
        const { blob_id } = await asker.ask(operation, body)
        const millis = performance.now() - began
        if (i >= warmUp) times.get(kind)?.push(millis)
        // What was without mail has to be so again.
        if (operation === 'send') await asker.ask('ack', ackOf(token, blob_id))
      }
    }
    return times
  }

  test(
    'takes as long to accept a message for a mailbox where others wait as for one without',
    async () => {
      const times = await measure('send', ['with mail', 'without mail'])
      const found = advantage(of(times, 'with mail'), of(times, 'without mail'))
      expect(Math.abs(found)).toBeLessThan(conspicuous)
    },
    timeoutMillis,
  )

  test.skipIf(wanted === 0).each(operations)(
    'answers a %s at its own pace',
    async (operation) => {
      const times = await measure(operation, kinds)
      const empty = of(times, 'without mail')
      console.log(runtime, operation, {
        'unknown to without mail': advantage(of(times, 'unknown'), empty).toFixed(3),
        'with mail to without mail': advantage(of(times, 'with mail'), empty).toFixed(3),
        medians: kinds.map((kind) => `${kind} ${middle(of(times, kind))}`).join(', '),
      })
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

function of(times: Times, kind: Kind): readonly number[] {
  return times.get(kind) ?? []
}

function middle(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  return `${((sorted[sorted.length >> 1] ?? 0) * 1000).toFixed(0)} µs`
}

function drawToken(): string {
  return randomBytes(32).toString('hex')
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

  async ask(operation: Operation, body: string): Promise<Readonly<Record<string, unknown>>> {
    this.#answer = Promise.withResolvers()
    this.#socket.write(
      `POST /v2/${operation} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    )
    return await this.#answer.promise
  }

  [Symbol.dispose](): void {
    // Nobody waits for what a connection that we end ourselves says.
    this.#answer.promise.catch(() => {})
    this.#socket.destroy()
  }
}
