/**
 * @module Which answers count as those of the oblivious door, for the metrics that have Vauchi's names.
 */
import type { Instruments } from '#watch/metrics.ts'

/** `route` is a template. */
export type CountVauchiRequest = (
  method: string,
  route: string,
  status: number,
  milliseconds: number,
) => void

export function createVauchiRequests(count: Instruments): CountVauchiRequest {
  return (method, route, status, milliseconds) => {
    if (method !== 'POST' || !route.startsWith('/v2/')) return
    // Of a sealed request that was opened, what was in it counts.
    if (route === '/v2/ohttp' && status === 200) return
    count.vauchiSeconds.observe(milliseconds / 1000)
    if (status < 300) count.vauchiReceived.inc()
    if (status >= 400 && status < 500) count.vauchiRejected.inc()
    if (status === 429) count.vauchiRateLimited.inc()
  }
}
