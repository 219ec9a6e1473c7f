/**
 * @module The instruments of the metric catalogue, in a registry of their own, and their text for Prometheus.
 *
 * One step of an instrument costs 5–250 ns (`events.bench.ts`), so they are stepped where things happen.
 */
// By file: see prom-client.d.ts.
import Counter from 'prom-client/lib/counter.js'
import Gauge from 'prom-client/lib/gauge.js'
import Histogram from 'prom-client/lib/histogram.js'
import Registry from 'prom-client/lib/registry.js'
import { metricCatalog, type MetricCatalog } from '#watch/metric-catalog.ts'
import type { MetricFamily } from '#watch/metric-family.ts'

type LabelNames<F extends MetricFamily> = keyof F['labels'] & string

type Instrument<F extends MetricFamily> = F['kind'] extends 'counter'
  ? Counter<LabelNames<F>>
  : F['kind'] extends 'gauge'
    ? Gauge<LabelNames<F>>
    : Histogram<LabelNames<F>>

export type Instruments = { readonly [K in keyof MetricCatalog]: Instrument<MetricCatalog[K]> }

/** Gauges without labels can be read when the metrics are asked for, instead of being kept up to date. */
export type ReadableGauge = 'envelopesWaiting' | 'passwordQueue'

export interface Metrics {
  readonly instruments: Instruments
  readonly contentType: string
  /** Runs before each text, which waits for it. */
  readonly onRead: (update: () => void | Promise<void>) => void
  readonly readGauge: (key: ReadableGauge, read: () => number) => void
  readonly text: () => Promise<string>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  const made: Record<string, Counter | Gauge | Histogram> = {}
  for (const [key, family] of Object.entries<MetricFamily>(metricCatalog)) {
    made[key] = make(family, registry)
  }
  // Every key of the catalogue was made, as its own kind with its own labels.
  const instruments = made as unknown as Instruments
  const updates: (() => void | Promise<void>)[] = []
  return {
    instruments,
    contentType: registry.contentType,
    onRead: (update) => {
      updates.push(update)
    },
    readGauge: (key, read) => {
      updates.push(() => {
        const figure = read()
        instruments[key].set(figure)
        if (key === 'envelopesWaiting') instruments.vauchiBlobsStored.set(figure)
      })
    },
    text: async () => {
      await Promise.all(updates.map(async (update) => await update()))
      return await registry.metrics()
    },
  }
}

function make(family: MetricFamily, registry: Registry): Counter | Gauge | Histogram {
  const { name, help } = family
  const configuration = {
    name,
    help,
    labelNames: Object.keys(family.labels),
    registers: [registry],
  }
  if (family.kind === 'histogram') {
    return new Histogram({ ...configuration, buckets: [...(family.buckets ?? [])] })
  }
  if (family.kind === 'gauge') return new Gauge(configuration)
  const counter = new Counter(configuration)
  for (const labels of combinations(family.labels)) counter.inc(labels, 0)
  return counter
}

/**
 * All label sets that are known beforehand: they start at 0, because Prometheus cannot see the first step of a series
 * that begins at 1.
 */
function combinations(labels: MetricFamily['labels']): Record<string, string>[] {
  let sets: Record<string, string>[] = [{}]
  for (const [label, values] of Object.entries(labels)) {
    if (typeof values === 'string') return []
    sets = sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value })))
  }
  return sets
}
