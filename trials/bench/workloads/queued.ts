/**
 * @module The relay with many messages waiting: its throughput against that of an empty one, in turns, and how long it
 * takes to be ready again after a stop and after a crash.
 */
import { median } from '#bench/report.ts'
import { BenchRelay, type Rig } from '#bench/rig.ts'
import { measure } from '#bench/system.ts'
import { fill } from '#bench/workloads/drain.ts'

const recipients = 1000
const inFlight = 64
const restarts = 3

export async function runQueued(rig: Rig): Promise<void> {
  const { report, options, signal } = rig
  const perMailbox = Math.ceil(options.queued / recipients)
  const queued = perMailbox * recipients
  report.heading(`queued  ${queued} messages waiting`)
  await using full = await BenchRelay.start(rig, { accounts: 1 + recipients })
  await using empty = await BenchRelay.start(rig, { accounts: 1 + recipients })
  const [sender, ...owners] = full.accounts
  const [otherSender, ...otherOwners] = empty.accounts
  if (sender === undefined || otherSender === undefined) return
  await fill(rig, full, sender, owners, perMailbox)
  for (const how of ['SIGTERM', 'SIGKILL'] as const) {
    const times: number[] = []
    for (let i = 0; i < restarts; i++) times.push(await full.restart(how, signal))
    const text = `${median(times).toFixed(0)} ms of ${times.map((time) => time.toFixed(0)).join(', ')}`
    report.note(`ready after ${how} with ${queued} waiting: ${text}`)
    const wanted = `ready in less than 1 s with ${queued} waiting, after ${how}`
    report.target('queued', wanted, text, median(times) < 1000)
  }
  // The empty one restarts too, so that both have equally warm code.
  await empty.restart('SIGTERM', signal)
  const systems = [
    empty.asSendSystem('relay, empty', [otherSender], otherOwners),
    full.asSendSystem('relay, full', [sender], owners),
  ]
  const throughputs = new Map<string, number[]>()
  for (let round = 0; round <= options.rounds; round++) {
    for (const system of systems) {
      const run = { workload: 'queued', inFlight, seconds: options.seconds, signal }
      const { row } = await measure(system, run)
      report.row(row)
      throughputs.set(system.name, [...(throughputs.get(system.name) ?? []), row.perSecond])
    }
  }
  const of = (name: string): number => median(throughputs.get(name) ?? [])
  const ratio = of('relay, full') / of('relay, empty')
  const wanted = `throughput with ${queued} waiting at least 0.9 of empty`
  report.target('queued', wanted, ratio.toFixed(2), ratio >= 0.9)
}
