/**
 * @module The bench's command line.
 */
import { parseArgs } from 'node:util'
import type { Runtime } from '#relay-process.ts'

export const workloadNames = [
  ...(['W1', 'W2', 'W3', 'W4', 'W5', 'W6'] as const),
  ...(['voice', 'logins', 'live-idle', 'oblivious', 'sealed', 'queued'] as const),
] as const
export type WorkloadName = (typeof workloadNames)[number]

export interface BenchOptions {
  readonly workloads: readonly WorkloadName[]
  readonly seconds: number
  readonly rounds: number
  readonly runtime: Runtime
  readonly mailboxes: number
  readonly perMailbox: number
  readonly queued: number
  readonly jsonFile: string | undefined
}

export const help = `npm run bench -- [WORKLOAD…] [OPTION…]

Loads a relay of its own on loopback, next to other systems, and prints figures beside targets.
Everything ends by itself and leaves nothing behind.

  W1      durable sends to recipients who are away, 1 KB, with 1, 16, 64, 256 in flight;
          next to a bare server with fdatasync, Redis and PostgreSQL where they are installed
  W2      send, receive, acknowledge at 1,000 and 5,000 messages a second (open loop)
  W3      one message to a channel with 10, 100 and 1,000 members online, and with all of them away
  W4      drain full mailboxes: connect, receive and acknowledge everything
  W5      memory of 1,000, 5,000 and 10,000 idle sockets
  W6      prekey bundles under 64 concurrent fetchers
  voice   a voice room of 40 who all speak; --seconds 60 is what its targets mean
  logins  5,000 people log in at the live door at once, with 10 messages waiting for each
  live-idle
          memory of 1,000, 5,000 and 10,000 idle sockets of the live door
  oblivious
          W1's sends to mailboxes without an account, next to /v1, with 64 and 256 in flight
  sealed  the same through the oblivious gateway, by binary HTTP with each of its ciphers and in
          Vauchi's padded envelope, next to those in clear
  queued  throughput and restart with many messages waiting (not in the default set)

  --seconds N      measured seconds of each load (4)
  --rounds N       how often systems take turns (2)
  --runtime NAME   what the relay runs on: bun or node (bun)
  --scale MxN      mailboxes and messages in each for W4 (1000x100)
  --queued N       messages waiting for queued (1000000)
  --json FILE      write all figures there too
  --help`

export type Parsed =
  | { readonly kind: 'run'; readonly options: BenchOptions }
  | { readonly kind: 'help' }
  | { readonly kind: 'refused'; readonly reason: string }

export function parseOptions(argv: readonly string[]): Parsed {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        seconds: { type: 'string', default: '4' },
        rounds: { type: 'string', default: '2' },
        runtime: { type: 'string', default: 'bun' },
        scale: { type: 'string', default: '1000x100' },
        queued: { type: 'string', default: '1000000' },
        json: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { kind: 'help' }
    const scale = /^(\d{1,5})x(\d{1,6})$/.exec(values.scale)
    if (scale === null) throw new Error(`Cannot read --scale "${values.scale}": 1000x100 is one`)
    const options: BenchOptions = {
      workloads: positionals.length > 0 ? positionals.map(toWorkload) : defaultWorkloads,
      seconds: toCount('--seconds', values.seconds, 600),
      rounds: toCount('--rounds', values.rounds, 100),
      runtime: toRuntime(values.runtime),
      mailboxes: toCount('--scale', scale[1] ?? '', 10_000),
      perMailbox: toCount('--scale', scale[2] ?? '', 100_000),
      queued: toCount('--queued', values.queued, 10_000_000),
      jsonFile: values.json,
    }
    return { kind: 'run', options }
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) }
  }
}

const defaultWorkloads = workloadNames.filter((name) => name !== 'queued')

function toWorkload(text: string): WorkloadName {
  const found = workloadNames.find((name) => name.toLowerCase() === text.toLowerCase())
  if (found === undefined) {
    throw new Error(`Cannot run "${text}": workloads are ${workloadNames.join(', ')}`)
  }
  return found
}

export function toCount(flag: string, text: string, max: number): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count) || count < 1 || count > max) {
    throw new Error(`Cannot read ${flag} "${text}": a whole number from 1 to ${max} is needed`)
  }
  return count
}

export function toRuntime(text: string): Runtime {
  if (text === 'bun' || text === 'node') return text
  throw new Error(`Cannot run the relay on "${text}": bun and node are known`)
}
