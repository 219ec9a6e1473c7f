/**
 * @module `npm run bench`: reads the command line, runs workloads one after the other, prints what they found.
 */
import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { type BenchOptions, help, parseOptions, type WorkloadName } from '#bench/options.ts'
import { Report } from '#bench/report.ts'
import type { Rig } from '#bench/rig.ts'
import { runDeliver } from '#bench/workloads/deliver.ts'
import { runDrain } from '#bench/workloads/drain.ts'
import { runFanout } from '#bench/workloads/fanout.ts'
import { runIdle } from '#bench/workloads/idle.ts'
import { runLiveIdle } from '#bench/workloads/live-idle.ts'
import { runLogins } from '#bench/workloads/logins.ts'
import { runObliviousSend } from '#bench/workloads/oblivious-send.ts'
import { runPrekeys } from '#bench/workloads/prekeys.ts'
import { runQueued } from '#bench/workloads/queued.ts'
import { runSealedSend } from '#bench/workloads/sealed-send.ts'
import { runSend } from '#bench/workloads/send.ts'
import { runVoice } from '#bench/workloads/voice.ts'

const runs: Readonly<Record<WorkloadName, (rig: Rig) => Promise<void>>> = {
  W1: runSend,
  W2: runDeliver,
  W3: runFanout,
  W4: runDrain,
  W5: runIdle,
  W6: runPrekeys,
  voice: runVoice,
  logins: runLogins,
  'live-idle': runLiveIdle,
  oblivious: runObliviousSend,
  sealed: runSealedSend,
  queued: runQueued,
}

/** Runnable processes over the last minute, before anything of ours ran. */
const busyLoad = 0.5

async function main(options: BenchOptions): Promise<number> {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => controller.abort(new Error(`Cannot finish: ${signal}`)))
  }
  const report = new Report(console.log)
  console.log(
    `Relay on ${options.runtime}; ${cpus().length} processors, ${cpus()[0]?.model ?? '?'}`,
  )
  const busy = loadavg()[0] ?? 0
  if (busy > busyLoad) {
    report.note(`other programs are busy here (load average ${busy.toFixed(1)}): trust no figure`)
  }
  for (const name of options.workloads) {
    try {
      await runs[name]({ options, report, signal: controller.signal })
    } catch (error) {
      report.fault(name, error instanceof Error ? error.message : String(error))
      if (controller.signal.aborted) break
    }
  }
  report.summary()
  if (options.jsonFile !== undefined) writeFileSync(options.jsonFile, `${report.toJson()}\n`)
  return report.faults.length === 0 ? 0 : 1
}

const parsed = parseOptions(process.argv.slice(2))
if (parsed.kind === 'run') process.exitCode = await main(parsed.options)
else if (parsed.kind === 'help') console.log(help)
else {
  console.error(`${parsed.reason}\nSee --help`)
  process.exitCode = 2
}
