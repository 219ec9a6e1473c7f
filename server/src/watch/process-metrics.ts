/**
 * @module How the process itself fares, with the few figures that both runtimes give.
 */
import { cpuUsage, memoryUsage, uptime } from 'node:process'
import type { Metrics } from '#watch/metrics.ts'

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
  return {
    [Symbol.dispose]: () => {
      clearInterval(probe)
    },
  }
}
