/**
 * @module Counts requests in plain numbers, and gives them to their counter when the metrics are read: looking three
 * labels up in the registry for each request would cost more than the rest of the event.
 */
import { labelValues } from '#watch/label-values.ts'
import type { Metrics } from '#watch/metrics.ts'

/** Far more than there are routes. A caller that passed paths instead of templates would fill the metrics with them. */
const maxRoutes = 250

const methods: ReadonlySet<string> = new Set(labelValues.methods)

/** By the status's hundreds. */
const statusClasses = [undefined, ...labelValues.statusClasses]

export interface RequestTally {
  readonly count: (method: string, route: string, statusClass: string) => void
  /** The label values that stand for what a request came with. */
  readonly methodOf: (method: string) => string
  readonly routeOf: (template: string) => string
  readonly statusClassOf: (status: number) => string
}

export function createRequestTally(metrics: Metrics): RequestTally {
  const countsByRoute = new Map<string, Map<string, Map<string, number>>>()

  metrics.onRead(() => {
    for (const [route, countsByMethod] of countsByRoute) {
      for (const [method, countsByStatus] of countsByMethod) {
        for (const [status, requests] of countsByStatus) {
          metrics.instruments.requests.inc({ method, route, status }, requests)
          countsByStatus.set(status, 0)
        }
      }
    }
  })

  return {
    count: (method, route, statusClass) => {
      const countsByMethod = emplace(countsByRoute, route)
      const countsByStatus = emplace(countsByMethod, method)
      countsByStatus.set(statusClass, (countsByStatus.get(statusClass) ?? 0) + 1)
    },
    methodOf: (method) => (methods.has(method) ? method : 'OTHER'),
    routeOf: (template) =>
      countsByRoute.has(template) || countsByRoute.size < maxRoutes ? template : 'other',
    statusClassOf: (status) => statusClasses[Math.floor(status / 100)] ?? '5xx',
  }
}

function emplace<K, L, W>(map: Map<K, Map<L, W>>, key: K): Map<L, W> {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = new Map<L, W>()
  map.set(key, made)
  return made
}
