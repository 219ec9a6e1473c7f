/**
 * @module W1: durable sends to recipients who are away. Systems take turns, so that a noisy moment of the machine falls
 * on all of them.
 */
import { startLoopback } from '#bench/loopback.ts'
import { startPostgres } from '#bench/postgres.ts'
import { startRedis } from '#bench/redis.ts'
import { median, type Row } from '#bench/report.ts'
import { BenchRelay, contentBytes, type Rig } from '#bench/rig.ts'
import { measure, type System } from '#bench/system.ts'
import { temporaryDirectory } from '#relay-process.ts'

const recipients = 1000
const senders = 64
const depths = [1, 16, 64, 256] as const
const withPostgres: readonly number[] = [1, 16, 64]

export async function runSend(rig: Rig): Promise<void> {
  const { report, options, signal } = rig
  report.heading('W1  durable send to recipients who are away, 1 KB')
  await using directory = await temporaryDirectory('bench-others')
  await using relay = await BenchRelay.start(rig, { accounts: senders + recipients })
  const system = relay.asSendSystem(
    'relay',
    relay.accounts.slice(0, senders),
    relay.accounts.slice(senders),
  )
  await using loopback = await startLoopback(directory.path, system.next)
  await using redis = await startRedis(directory.path, recipients, contentBytes)
  if (redis === undefined) report.skip('W1 next to Redis: redis-server is not installed')
  const postgres = await startPostgres(directory.path, recipients, contentBytes)
  if (typeof postgres === 'string') report.skip(`W1 next to PostgreSQL: ${postgres}`)
  try {
    for (const inFlight of depths) {
      const rows = new Map<string, Row[]>()
      const others = [inFlight === 1 ? loopback : undefined, redis].filter((x) => x !== undefined)
      for (let round = 0; round < options.rounds; round++) {
        for (const each of [system, ...others]) {
          const { row } = await measure(each, {
            workload: 'W1',
            inFlight,
            seconds: options.seconds,
            signal,
          })
          report.row(row)
          rows.set(each.name, [...(rows.get(each.name) ?? []), row])
        }
      }
      if (typeof postgres !== 'string' && withPostgres.includes(inFlight)) {
        const row = postgres.measure(inFlight, options.seconds)
        report.row(row)
        rows.set(row.system, [row])
      }
      judge(rig, inFlight, system, rows)
    }
  } finally {
    if (typeof postgres !== 'string') await postgres[Symbol.asyncDispose]()
  }
}

function judge(
  { report }: Rig,
  inFlight: number,
  system: System,
  rows: ReadonlyMap<string, readonly Row[]>,
): void {
  const figure = (name: string, of: (row: Row) => number): number =>
    median((rows.get(name) ?? []).map(of))
  const throughput = figure(system.name, (row) => row.perSecond)
  for (const name of rows.keys()) {
    if (name === system.name) continue
    const other = figure(name, (row) => row.perSecond)
    const ratio = throughput / other
    report.note(`relay / ${name} at ${inFlight} in flight: ${ratio.toFixed(2)}`)
    if (name.startsWith('redis') && inFlight >= 64) {
      const wanted = `at least Redis (appendfsync always) at ${inFlight} in flight`
      const text = `${throughput.toFixed(0)}/s to ${other.toFixed(0)}/s, ${ratio.toFixed(2)}`
      report.target('W1', wanted, text, ratio >= 1)
    }
  }
  if (inFlight === 64) {
    const p99 = figure(system.name, (row) => row.p99Millis)
    report.target('W1', 'p99 at most 15 ms at 64 in flight', `${p99.toFixed(2)} ms`, p99 <= 15)
  }
  if (inFlight === 1) {
    const own = figure(system.name, (row) => row.p50Millis)
    const bare = figure('loopback+fdatasync', (row) => row.p50Millis)
    const text = `p50 ${own.toFixed(3)} ms to ${bare.toFixed(3)} ms, ${(own / bare).toFixed(2)}`
    const wanted = 'one in flight within 1.5 times of bare loopback and fdatasync'
    report.target('W1', wanted, text, own <= 1.5 * bare)
  }
}
