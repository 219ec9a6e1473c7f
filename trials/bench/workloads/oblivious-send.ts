/**
 * @module `oblivious`: durable sends to mailboxes that nobody registered, as JSON with base64, next to the same content
 * for accounts at `/v1`. They take turns at one relay.
 */
import { median } from '#bench/report.ts'
import type { Rig } from '#bench/rig.ts'
import { measure } from '#bench/system.ts'
import { ObliviousRelay } from '#bench/workloads/oblivious-send-relay.ts'

const depths = [64, 256] as const
const wantedRatio = 0.8

export async function runObliviousSend(rig: Rig): Promise<void> {
  const { report, options, signal } = rig
  report.heading('oblivious  durable send to mailboxes without an account, 1 KB, next to /v1')
  await using relay = await ObliviousRelay.start(rig)
  const [accounts, mailboxes] = [relay.asAccounts(), relay.asMailboxes()]
  for (const inFlight of depths) {
    const throughputs = new Map<string, number[]>()
    for (let round = 0; round < options.rounds; round++) {
      for (const system of [accounts, mailboxes]) {
        const run = { workload: 'oblivious', inFlight, seconds: options.seconds, signal }
        const { row } = await measure(system, run)
        report.row(row)
        throughputs.set(system.name, [...(throughputs.get(system.name) ?? []), row.perSecond])
      }
    }
    const of = (name: string): number => median(throughputs.get(name) ?? [])
    const [own, other] = [of(mailboxes.name), of(accounts.name)]
    const text = `${own.toFixed(0)}/s to ${other.toFixed(0)}/s, ${(own / other).toFixed(2)}`
    const wanted = `at least ${wantedRatio} of /v1 at ${inFlight} in flight`
    report.target('oblivious', wanted, text, own >= wantedRatio * other)
  }
}
