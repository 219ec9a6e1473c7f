/**
 * @module How the process itself fares, with the few figures that both runtimes give, and on Linux those that the kernel
 * has besides.
 */
import { cpuUsage, memoryUsage, uptime } from 'node:process'
import type Gauge from 'prom-client/lib/gauge.js'
import type { Metrics } from '#watch/metrics.ts'
import { readProcessStatus } from '#watch/process-status.ts'

const lagProbeMillis = 500

/** Feeds the process's gauges until it is disposed. */
export function watchProcess(metrics: Metrics): Disposable {
  const { startTime, residentMemory, heapUsed, cpuSeconds, loopLag } = metrics.instruments
  startTime.set(Date.now() / 1000 - uptime())

  let expectedAt = performance.now() + lagProbeMillis
  let worstMillis = 0
  const probe = setInterval(() => {
    const now = performance.now()
    worstMillis = Math.max(worstMillis, now - expectedAt)
    expectedAt = now + lagProbeMillis
  }, lagProbeMillis)
  probe.unref()

  metrics.onRead(() => {
    const memory = memoryUsage()
    residentMemory.set(memory.rss)
    heapUsed.set(memory.heapUsed)
    const cpu = cpuUsage()
    cpuSeconds.reset()
    cpuSeconds.inc((cpu.user + cpu.system) / 1e6)
    // A loop that is stuck right now has not run the probe that would tell.
    loopLag.set(Math.max(worstMillis, performance.now() - expectedAt, 0) / 1000)
    worstMillis = 0
  })

  const { openFiles, maxFiles, threads, virtualMemory } = metrics.instruments
  metrics.onRead(async () => {
    const status = await readProcessStatus()
    show(openFiles, status?.openFiles)
    show(maxFiles, status?.maxFiles)
    show(threads, status?.threads)
    show(virtualMemory, status?.virtualBytes)
  })
  return {
    [Symbol.dispose]: () => {
      clearInterval(probe)
    },
  }
}

/** A figure that nobody knows is left out: a zero would be one that is wrong. */
function show(gauge: Gauge, figure: number | undefined): void {
  if (figure === undefined) gauge.remove()
  else gauge.set(figure)
}
