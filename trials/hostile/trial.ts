/**
 * @module One hostile trial: a relay gets frames that were made to break it, while two honest people talk. Afterwards it
 * is alive, has nothing to report, needs no more memory, and the two have heard everything.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { LiveIdentity } from '#clients/live-identity.ts'
import { LivePerson } from '#clients/live-person.ts'
import { createChance } from '#crash/random.ts'
import { Attacker, type Toll } from '#hostile/attacker.ts'
import type { Scene } from '#hostile/letters.ts'
import { errorsIn } from '#relay-errors.ts'
import { freePorts, RelayProcess, type Runtime } from '#relay-process.ts'

export interface HostileOptions {
  readonly frames: number
  readonly seed: number
  readonly runtime: Runtime
}

export interface HostileOutcome {
  readonly faults: readonly string[]
  readonly relayOutput: string
}

/** Limits would refuse most of it before anything looks at it. */
const settings = [
  ...['--live-burst', '1000000', '--live-per-second', '1000000', '--live-chat-interval-ms', '0'],
  ...['--live-media-burst', '1000000', '--live-media-per-second', '1000000'],
  ...['--live-media-bytes-per-second', '1GiB'],
  ...['--live-address-per-second', '0', '--live-login-per-second', '0'],
  ...['--live-address-bytes-per-second', '0'],
  ...['--live-auth-timeout-secs', '3600', '--max-sockets-per-address', '0'],
]

const attackers = 8
/** Of these, the last so many never log in. */
const strangers = 3
/** What the code itself takes once it is warm is there after so many percent. */
const warmUpPercent = 10
const maxGrowthBytes = 64 * 1024 * 1024
const restMillis = 20
const arrivalMillis = 30_000
const settleMillis = 15_000

export async function runHostileTrial(
  { frames, seed, runtime }: HostileOptions,
  dataDirectory: string,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<HostileOutcome> {
  const options = { runtime, dataDirectory, ...(await freePorts()), arguments: settings }
  const relay = await RelayProcess.start(options, signal)
  const toll: Toll = { sent: 0, answers: 0, refusals: 0, closed: 0, faults: [] }
  const faults = toll.faults
  try {
    const [annId, benId] = [new LiveIdentity(), new LiveIdentity()]
    await using ann = new LivePerson({ relay: relay.url, identity: annId, form: 'array' })
    await using ben = new LivePerson({ relay: relay.url, identity: benId, form: 'bin' })
    while (ann.logins === 0 || ben.logins === 0) {
      signal.throwIfAborted()
      await sleep(5)
    }
    const everybody = createAttackers(relay.url, [annId, benId], seed, toll)
    const talk = new AbortController()
    const talking = Promise.all([
      converse(ann, benId, 'ann', talk.signal),
      converse(ben, annId, 'ben', talk.signal),
    ])
    const attack = async (count: number): Promise<void> => {
      const each = Math.ceil(count / attackers)
      await Promise.all(everybody.map((attacker) => attacker.run(each, signal)))
    }
    const warmUp = Math.ceil((frames * warmUpPercent) / 100)
    const began = performance.now()
    await attack(warmUp)
    const before = await settledRss(relay)
    await attack(frames - warmUp)
    const seconds = (performance.now() - began) / 1000
    if (!relay.isRunning) throw new Error('The relay ended')
    const after = await settledRss(relay)
    talk.abort()
    const [annSaid, benSaid] = await talking
    const heardAll = (): boolean =>
      from(ann, benId).length >= benSaid && from(ben, annId).length >= annSaid
    const deadline = performance.now() + arrivalMillis
    while (!heardAll() && performance.now() < deadline) await sleep(10)
    checkTalk(faults, ann, benId, 'ben', benSaid)
    checkTalk(faults, ben, annId, 'ann', annSaid)
    const grown = after - before
    if (grown > maxGrowthBytes) faults.push(`Memory grew by ${megabytes(grown)}`)
    print(
      `${toll.sent} frames in ${seconds.toFixed(0)} s: ${toll.answers} answers, ${toll.refusals} of ` +
        `them errors, ${toll.closed} sockets ended; ${annSaid + benSaid} honest messages; memory ` +
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

function createAttackers(
  relay: URL,
  honest: readonly LiveIdentity[],
  seed: number,
  toll: Toll,
): readonly Attacker[] {
  const chance = createChance(seed)
  const bytes = (): Uint8Array => Uint8Array.from({ length: 32 }, () => chance.integer(0, 255))
  const identities = Array.from({ length: attackers }, () => new LiveIdentity(bytes()))
  const scene: Scene = {
    people: [...honest, ...identities].map(({ publicKey }) => publicKey),
    channels: [bytes(), bytes(), bytes()],
  }
  return identities.map((identity, i) => {
    const isOurs = i % 2 === 1
    return new Attacker(
      {
        ...{ relay, identity, scene: () => scene, chance: createChance(seed + 1 + i) },
        form: isOurs ? 'bin' : 'array',
        capabilities: isOurs
          ? ['bin', 'ack', 'history', 'keys', 'devices', 'watch', 'records']
          : [],
        logsIn: i < attackers - strangers,
      },
      toll,
    )
  })
}

/** Resolves to how much was said and accepted. */
async function converse(
  person: LivePerson,
  to: LiveIdentity,
  name: string,
  signal: AbortSignal,
): Promise<number> {
  let said = 0
  while (!signal.aborted) {
    await person.say(to, `${name} ${said++}`)
    await sleep(restMillis)
  }
  return said
}

function from(person: LivePerson, { name }: LiveIdentity): readonly string[] {
  return person.heard.filter((heard) => heard.from === name).map(({ text }) => text)
}

function checkTalk(
  faults: string[],
  listener: LivePerson,
  speaker: LiveIdentity,
  name: string,
  said: number,
): void {
  if (listener.fault !== undefined) faults.push(listener.fault.message)
  if (listener.logins !== 1) faults.push('An honest connection was lost')
  const texts = from(listener, speaker)
  const isRight = texts.length === said && texts.every((text, i) => text === `${name} ${i}`)
  if (!isRight) faults.push(`${texts.length} of ${said} honest messages came, or in another order`)
}

/** When it has not moved for a while. */
async function settledRss(relay: RelayProcess): Promise<number> {
  const deadline = performance.now() + settleMillis
  let last = relay.usage().rssBytes
  for (let still = 0; still < 8 && performance.now() < deadline;) {
    await sleep(250)
    const { rssBytes } = relay.usage()
    still = Math.abs(rssBytes - last) < last / 100 ? still + 1 : 0
    last = rssBytes
  }
  return last
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}
