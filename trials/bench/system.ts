/**
 * @module What can be put under load: a server of some kind, with the requests that mean the same to it.
 */
import type { Usage } from '#child.ts'
import type { ReplyReader } from '#bench/load/replies.ts'
import { type LoadResult, runClosedLoop } from '#bench/load/closed-loop.ts'
import type { Row } from '#bench/report.ts'

export interface System {
  readonly name: string
  /** What has happened to a message when its answer arrives. */
  readonly durability: string
  readonly port: number
  readonly createReader: () => ReplyReader
  readonly next: () => Uint8Array
  readonly usage: () => Usage
}

export interface Measured {
  readonly load: LoadResult
  readonly row: Row
}

/** Closed loop for so many seconds, with what the system used meanwhile. */
export async function measure(
  system: System,
  run: {
    readonly workload: string
    readonly inFlight: number
    readonly seconds: number
    readonly signal: AbortSignal
  },
): Promise<Measured> {
  const before = system.usage()
  const load = await runClosedLoop({ ...system, ...run, warmUpSeconds: Math.min(run.seconds, 1) })
  const row = toRow(system, run.workload, `${run.inFlight} in flight`, load, before)
  return { load, row }
}

/** CPU and bytes count from `before`, so they include the warm-up. */
export function toRow(
  system: Pick<System, 'name' | 'durability' | 'usage'>,
  workload: string,
  load: string,
  result: LoadResult,
  before: Usage,
): Row {
  const after = system.usage()
  return {
    workload,
    system: system.name,
    load,
    perSecond: result.answered / result.seconds,
    failed: result.failed,
    ...percentiles(result.latencies),
    cpuSeconds: after.cpuSeconds - before.cpuSeconds,
    writtenBytes: after.writtenBytes - before.writtenBytes,
    rssBytes: after.rssBytes,
    durability: system.durability,
  }
}

export function percentiles(latencies: LoadResult['latencies']): {
  readonly p50Millis: number
  readonly p99Millis: number
  readonly p999Millis: number
} {
  return {
    p50Millis: latencies.percentileMillis(0.5),
    p99Millis: latencies.percentileMillis(0.99),
    p999Millis: latencies.percentileMillis(0.999),
  }
}
