/**
 * @module A hostile trial of the oblivious doors: bodies that were made to break them, in clear and sealed, while honest
 * people send, fetch and acknowledge. Afterwards the relay is alive, has nothing to report, needs no more memory, and
 * everybody got what was theirs.
 */
import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { asObject } from '#clients/json.ts'
import { type KeyConfig, readKeyList, sealRequest } from '#clients/oblivious.ts'
import { createChance } from '#crash/random.ts'
import { BodiesAttacker, type BodiesToll } from '#hostile/bodies-attacker.ts'
import { BodyMaker } from '#hostile/bodies-requests.ts'
import { errorsIn } from '#relay-errors.ts'
import { freePorts, RelayProcess, type Runtime } from '#relay-process.ts'

export interface BodiesOptions {
  readonly requests: number
  readonly seed: number
  readonly runtime: Runtime
}

export interface BodiesOutcome {
  readonly faults: readonly string[]
  readonly relayOutput: string
}

/** Limits would refuse most of it before anything looks at it. */
const settings = [
  ...['--oblivious-per-minute', '1000000', '--oblivious-address-per-second', '0'],
  ...['--recovery-per-minute', '1000000', '--exchange-sealed-per-minute', '1000000'],
  ...['--ohttp-per-second', '1000000', '--ohttp-burst', '1000000', '--log-level', 'warn'],
]

const attackers = 32
const mailboxes = 64
const warmUpPercent = 10
const maxGrowthBytes = 96 * 1024 * 1024
const restMillis = 20
const patienceMillis = 30_000

export async function runHostileBodies(
  { requests, seed, runtime }: BodiesOptions,
  dataDirectory: string,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<BodiesOutcome> {
  const options = { runtime, dataDirectory, ...(await freePorts()), arguments: settings }
  const relay = await RelayProcess.start(options, signal)
  const toll: BodiesToll = { sent: 0, answersByStatus: new Map(), closed: 0, faults: [] }
  const faults = toll.faults
  try {
    const key = await keyOf(relay.url)
    const everybody = Array.from({ length: attackers }, (_, i) => {
      const maker = new BodyMaker({ key, tokens: tokensOf(seed) }, createChance(seed + i))
      return new BodiesAttacker(options.port, maker, toll)
    })
    const talk = new AbortController()
    const talking = Promise.all([
      correspond(relay.url, undefined, talk.signal),
      correspond(relay.url, key, talk.signal),
    ])
    // It is awaited at the end: until then nobody else may be blamed for it.
    talking.catch(() => {})
    const attack = async (count: number): Promise<void> => {
      const each = Math.ceil(count / attackers)
      await Promise.all(everybody.map((attacker) => attacker.run(each, signal)))
    }
    const warmUp = Math.ceil((requests * warmUpPercent) / 100)
    const began = performance.now()
    await attack(warmUp)
    const before = relay.usage().rssBytes
    await attack(requests - warmUp)
    const seconds = (performance.now() - began) / 1000
    const after = relay.usage().rssBytes
    for (const attacker of everybody) attacker[Symbol.dispose]()
    talk.abort()
    const [direct, sealed] = await talking
    const grown = after - before
    if (grown > maxGrowthBytes) faults.push(`Memory grew by ${megabytes(grown)}`)
    const statuses = [...toll.answersByStatus].toSorted(([a], [b]) => a - b)
    print(
      `${toll.sent} requests in ${seconds.toFixed(0)} s, answered with ` +
        `${statuses.map(([status, count]) => `${status}: ${count}`).join(', ')}; ${toll.closed} ` +
        `connections ended; ${direct} honest letters in clear, ${sealed} sealed; memory ` +
        `${megabytes(before)} after ${warmUpPercent} %, ${megabytes(after)} in the end`,
    )
    const errors = errorsIn(relay.output())
    if (errors.length > 0) faults.push(`The relay reported ${errors.length} errors: ${errors[0]}`)
  } catch (error) {
    faults.push(error instanceof Error ? error.message : String(error))
  }
  const relayOutput = relay.output()
  if (relay.isRunning) {
    const stopped = await relay.stop('SIGTERM')
    if (stopped.code !== 0) faults.push(`SIGTERM ended the relay with ${String(stopped.code)}`)
  } else faults.push('The relay ended by itself')
  return { faults, relayOutput }
}

function tokensOf(seed: number): readonly string[] {
  return Array.from({ length: mailboxes }, (_, i) =>
    createHash('sha256').update(`${seed} ${i}`).digest('hex'),
  )
}

async function keyOf(relay: URL): Promise<KeyConfig> {
  const answer = await fetch(new URL('/v2/ohttp-key?format=rfc9458', relay))
  return readKeyList(Buffer.from(await answer.arrayBuffer()))
}

/** One letter after the other, each sent, fetched, and acknowledged. With a key, it is sent sealed. */
async function correspond(
  relay: URL,
  key: KeyConfig | undefined,
  signal: AbortSignal,
): Promise<number> {
  const token = randomBytes(32).toString('hex')
  let count = 0
  while (!signal.aborted) {
    const ciphertext = randomBytes(300).toString('base64')
    const letter = Buffer.from(JSON.stringify({ recipient_id: token, ciphertext }))
    const sent =
      key === undefined ? await ask(relay, '/v2/send', letter) : await askSealed(relay, key, letter)
    const tokens = Buffer.from(JSON.stringify({ mailbox_tokens: [token] }))
    const { blobs } = await ask(relay, '/v2/fetch', tokens)
    const [blob, ...others] = Array.isArray(blobs) ? (blobs as readonly unknown[]) : []
    const found = asObject(blob, 'letter')
    if (found['ciphertext'] !== ciphertext || others.length > 0) {
      throw new Error('An honest letter was not found, or another with it')
    }
    const blobId = sent['blob_id']
    const ack = Buffer.from(JSON.stringify({ recipient_id: token, blob_id: blobId }))
    const { acknowledged } = await ask(relay, '/v2/ack', ack)
    if (acknowledged !== true) throw new Error('An honest letter could not be acknowledged')
    count++
    await sleep(restMillis)
  }
  return count
}

type Answer = Readonly<Record<string, unknown>>

async function ask(relay: URL, path: string, body: Buffer): Promise<Answer> {
  const response = await post(new URL(path, relay), 'application/json', body)
  if (response.status !== 200) throw new Error(`An honest request was refused: ${response.status}`)
  return asObject(await response.json(), 'answer')
}

async function askSealed(relay: URL, key: KeyConfig, content: Buffer): Promise<Answer> {
  const headers = { 'content-type': 'application/json' }
  const request = { method: 'POST', path: '/v2/send', headers, content }
  const sealed = sealRequest(key, 'aes-128-gcm', request)
  const response = await post(new URL('/v2/ohttp', relay), 'message/ohttp-req', sealed.message)
  const inner = sealed.open(new Uint8Array(await response.arrayBuffer()))
  if (inner.status !== 200) throw new Error(`An honest seal was refused: ${inner.status}`)
  return asObject(JSON.parse(inner.content.toString()), 'answer')
}

function post(url: URL, type: string, body: Buffer): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': type },
    body: Uint8Array.from(body),
    signal: AbortSignal.timeout(patienceMillis),
  })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
