/**
 * @module One crash trial: a relay under full load is ended at random moments, over and over; then the books must agree.
 */
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createDevice } from '#clients/device.ts'
import { ObscuraClient } from '#clients/obscura.ts'
import {
  type Member,
  runFetcher,
  runOwner,
  runRecipient,
  runSender,
  type Stage,
} from '#crash/actors.ts'
import { Ledger } from '#crash/ledger.ts'
import { createChance } from '#crash/random.ts'
import { freePorts, type RelayOptions, RelayProcess, type Runtime } from '#relay-process.ts'

export interface CrashOptions {
  readonly rounds: number
  readonly runtime: Runtime
  readonly seed: number
}

export interface CrashOutcome {
  readonly faults: readonly string[]
  readonly relayOutput: string
}

const senders = 24
const recipients = 8
const fetchersPerOwner = 2
const owners = 4
const registeringAtOnce = 2
/** One in so many rounds ends the relay politely. */
const politeEvery = 4
const arrivalTimeoutMillis = 60_000
/** How long nothing new may arrive before what is missing counts as lost. */
const quietMillis = 10_000

const settings = [
  ...['--rate-limit-per-second', '1000000', '--rate-limit-burst', '1000000'],
  ...['--auth-rate-limit-per-second', '1000000', '--auth-rate-limit-burst', '1000000'],
  ...[
    '--max-inbox-size',
    '100000',
    '--max-inbox-bytes',
    '1024GiB',
    '--access-token-ttl-secs',
    '86400',
  ],
  ...['--prekey-burst', '100000', '--prekey-refill-per-minute', '100000'],
]

export async function runCrashTrial(
  { rounds, runtime, seed }: CrashOptions,
  dataDirectory: string,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<CrashOutcome> {
  const options: RelayOptions = {
    runtime,
    dataDirectory,
    ...(await freePorts()),
    arguments: settings,
  }
  const ledger = new Ledger()
  const chance = createChance(seed)
  const [lastCall, curtain] = [new AbortController(), new AbortController()]
  let relay = await RelayProcess.start(options, signal)
  try {
    const client = new ObscuraClient(relay.url)
    const members = await registerAll(client, senders + recipients)
    const stage: Stage = {
      client,
      ledger,
      chance,
      lastCall: lastCall.signal,
      curtain: curtain.signal,
    }
    const audience = members.slice(0, recipients)
    const listening = Promise.all(audience.map((member) => runRecipient(stage, member)))
    const owned = audience.slice(0, owners)
    const working = Promise.all([
      ...members.slice(recipients).map((member) => runSender(stage, member, audience)),
      // All fetchers of an owner race for the same keys; one of them refills.
      ...owned.map((member) => runOwner(stage, member)),
      ...owned.flatMap((member) =>
        Array.from({ length: fetchersPerOwner }, () => runFetcher(stage, member)),
      ),
    ])
    for (const work of [listening, working]) work.catch(() => {})
    for (let round = 1; round <= rounds; round++) {
      signal.throwIfAborted()
      const before = ledger.acknowledged()
      const millis = chance.integer(1000, 4000)
      const worked = await Promise.race([sleep(millis), working, listening])
      if (worked !== undefined) throw new Error('Cannot go on: nobody is working any more')
      const how = round % politeEvery === 0 ? 'SIGTERM' : 'SIGKILL'
      const usage = relay.usage()
      const stopped = await relay.stop(how)
      if (how === 'SIGTERM' && stopped.code !== 0) {
        ledger.fault(`SIGTERM ended the relay with code ${stopped.code ?? stopped.signal}`)
      }
      relay = await RelayProcess.start(options, signal)
      print(
        `round ${round}: ${how} after ${millis} ms and ${ledger.acknowledged() - before} answered ` +
          `sends (${(usage.rssBytes / 1e6).toFixed(0)} MB), ready again in ` +
          `${relay.startMillis.toFixed(0)} ms; ${ledger.arrivals} arrivals, ` +
          `${ledger.missing()} on their way, ${ledger.faults.length} faults`,
      )
    }
    lastCall.abort()
    await working
    await untilArrived(ledger)
    curtain.abort()
    await listening
    ledger.close()
    print(
      `${ledger.acknowledged()} letters answered, ${ledger.arrivals} arrivals of which ` +
        `${ledger.repeats} came again, ${ledger.keysServed} one-time keys served, ` +
        `${ledger.bundlesWithout} bundles without one`,
    )
    return { faults: ledger.faults, relayOutput: relay.output() }
  } finally {
    // Whatever happened: nobody goes on asking a relay that is gone.
    lastCall.abort()
    curtain.abort()
    await relay.stop('SIGKILL')
  }
}

async function registerAll(client: ObscuraClient, count: number): Promise<readonly Member[]> {
  const members: Member[] = []
  for (let first = 0; first < count; first += registeringAtOnce) {
    const indexes = Array.from({ length: registeringAtOnce }, (_, i) => first + i)
    members.push(...(await Promise.all(indexes.map((index) => register(client, index)))))
  }
  return members.slice(0, count)
}

async function register(client: ObscuraClient, index: number): Promise<Member> {
  const device = createDevice(100)
  const password = randomBytes(12).toString('hex')
  const session = await client.register({ username: `member_${index}`, password }, device)
  return { index, device, session }
}

async function untilArrived(ledger: Ledger): Promise<void> {
  const deadline = performance.now() + arrivalTimeoutMillis
  let [last, lastAt] = [ledger.missing(), performance.now()]
  while (ledger.missing() > 0 && performance.now() < deadline) {
    await sleep(50)
    const missing = ledger.missing()
    if (missing !== last) [last, lastAt] = [missing, performance.now()]
    if (performance.now() - lastAt > quietMillis) return
  }
}
