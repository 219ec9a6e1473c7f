import { open } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { metricCatalog } from '#watch/metric-catalog.ts'
import type { MetricFamily } from '#watch/metric-family.ts'
import { createMetrics } from '#watch/metrics.ts'
import { watchProcess } from '#watch/process-metrics.ts'
import { samplesOf } from '#watch/samples-for-tests.ts'

const families: readonly MetricFamily[] = Object.values(metricCatalog)

describe('metrics', () => {
  test('every family of the catalogue is there, with its help, its type and no other labels', async () => {
    const text = await createMetrics().text()
    for (const { name, kind, help } of families) {
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n`)
    }
    const names = text.split('\n').flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? [])
    expect(new Set(names)).toEqual(new Set(families.map((family) => family.name)))
    expect(new Set(names).size).toBe(families.length)
  })

  test('counters whose labels are known start at 0 for each of their values', async () => {
    const samples = samplesOf(await createMetrics().text())
    for (const value of metricCatalog.messages.labels.outcome) {
      expect(samples.get(`sotto_messages_total{outcome="${value}"}`)).toBe(0)
    }
    expect(samples.get('sotto_takeovers_total')).toBe(0)
  })

  test('names follow the conventions of Prometheus', () => {
    for (const { name, kind, labels, buckets } of families) {
      expect(name).toMatch(/^(?:sotto|process|relay)_[a-z_]+$/)
      expect(`${name} ${name.endsWith('_total')}`).toBe(`${name} ${kind === 'counter'}`)
      expect(Object.keys(labels).length).toBeLessThanOrEqual(3)
      const bounds = buckets ?? []
      expect(bounds).toEqual([...bounds].toSorted((a, b) => a - b))
    }
  })

  test('two registries do not share their figures', async () => {
    const [one, other] = [createMetrics(), createMetrics()]
    one.instruments.takeovers.inc()
    expect(samplesOf(await one.text()).get('sotto_takeovers_total')).toBe(1)
    expect(samplesOf(await other.text()).get('sotto_takeovers_total')).toBe(0)
  })

  test('a gauge can be read when it is asked for', async () => {
    const metrics = createMetrics()
    let waiting = 3
    metrics.readGauge('envelopesWaiting', () => waiting)
    expect(samplesOf(await metrics.text()).get('sotto_envelopes_waiting')).toBe(3)
    waiting = 5
    const samples = samplesOf(await metrics.text())
    expect(samples.get('sotto_envelopes_waiting')).toBe(5)
    expect(samples.get('relay_blobs_stored')).toBe(5)
  })

  test('the content type is that of the text format', () => {
    expect(createMetrics().contentType).toMatch(/^text\/plain; version=0\.0\.4/)
  })
})

describe('process metrics', () => {
  test('memory, processor time, start and lag have figures that can be true', async () => {
    const metrics = createMetrics()
    using _watching = watchProcess(metrics)
    const until = performance.now() + 30
    while (performance.now() < until);
    const first = samplesOf(await metrics.text())
    expect(first.get('process_resident_memory_bytes')).toBeGreaterThan(10_000_000)
    expect(first.get('sotto_heap_used_bytes')).toBeGreaterThan(100_000)
    const startedAt = first.get('process_start_time_seconds') ?? 0
    expect(Math.abs(Date.now() / 1000 - process.uptime() - startedAt)).toBeLessThan(5)
    expect(first.get('sotto_event_loop_lag_seconds')).toBeGreaterThanOrEqual(0)
    const second = samplesOf(await metrics.text())
    const cpu = 'process_cpu_seconds_total'
    expect(second.get(cpu)).toBeGreaterThanOrEqual(first.get(cpu) ?? Number.POSITIVE_INFINITY)
    const { user, system } = process.cpuUsage()
    expect(second.get(cpu)).toBeLessThanOrEqual((user + system) / 1e6)
  })

  test('files, threads and address space are those of the process, on Linux; elsewhere there are none', async () => {
    const metrics = createMetrics()
    using _watching = watchProcess(metrics)
    const before = samplesOf(await metrics.text())
    const names = ['process_max_fds', 'process_threads', 'process_virtual_memory_bytes']
    if (process.platform !== 'linux') {
      expect(['process_open_fds', ...names].filter((name) => before.has(name))).toEqual([])
      return
    }
    const files = await Promise.all(Array.from({ length: 20 }, async () => await open('/dev/null')))
    const after = samplesOf(await metrics.text())
    await Promise.all(files.map(async (file) => await file.close()))
    const [few = 0, more = 0] = [before, after].map((samples) => samples.get('process_open_fds'))
    // Some of the runtime's own come and go.
    expect(Math.abs(more - few - files.length)).toBeLessThan(10)
    const [max = 0, threads = 0, virtual = 0] = names.map((name) => after.get(name))
    expect(max).toBeGreaterThan(more)
    expect(threads).toBeGreaterThan(1)
    expect(virtual).toBeGreaterThan(after.get('process_resident_memory_bytes') ?? 0)
  })

  test('a loop that was stuck shows it', async () => {
    const metrics = createMetrics()
    using _watching = watchProcess(metrics)
    const until = performance.now() + 800
    while (performance.now() < until);
    const lag = 'sotto_event_loop_lag_seconds'
    expect(samplesOf(await metrics.text()).get(lag)).toBeGreaterThan(0.2)
  })
})
