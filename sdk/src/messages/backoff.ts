/**
 * @module How long to wait before another try: twice as long each time, anything up to that by chance, so that many who
 * were refused together do not come back together.
 */
import type { SottoError } from '#errors.ts'
import { type Randomness, randomBetween } from '#ports/clock.ts'

const firstMillis = 1000
const lastMillis = 5 * 60_000

export function backoffMillis(random: Randomness, failures: number, error?: SottoError): number {
  const ceiling = Math.min(lastMillis, firstMillis * 2 ** Math.min(failures, 20))
  const millis = randomBetween(random, ceiling / 2, ceiling)
  // Whoever says when they have time again is not asked before.
  return Math.max(millis, error?.retryAfterMillis ?? 0)
}
