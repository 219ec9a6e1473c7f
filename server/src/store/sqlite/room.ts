/**
 * @module Room for one more envelope in a mailbox.
 */
import type { Entry, PendingQueue } from '#store/sqlite/pending-queue.ts'
import type { DepositLimits, NewEnvelope } from '#store/store.ts'

/** So many envelopes go at most to make room for one. */
export const maxEvicted = 8192

const nothing: readonly Entry[] = []

/** What must go so that this one fits; undefined when it does not fit. What is expired goes first. */
export function roomFor(
  queue: PendingQueue | undefined,
  { body, acceptedAtMillis }: Pick<NewEnvelope, 'body' | 'acceptedAtMillis'>,
  limits: DepositLimits,
): readonly Entry[] | undefined {
  const bytes = body.length
  if (queue === undefined) return bytes <= limits.maxBytes ? nothing : undefined
  let count = queue.length
  let held = queue.bytes
  const fits = (): boolean => count < limits.maxEnvelopes && held + bytes <= limits.maxBytes
  if (fits()) return nothing
  const evicted = expiredEntries(queue, acceptedAtMillis)
  count -= evicted.length
  for (const entry of evicted) held -= entry.bytes
  if (fits() && evicted.length <= maxEvicted) return evicted
  if (limits.whenFull === 'refuse') return undefined
  const expired = new Set(evicted.map((entry) => entry.sequence))
  for (let i = 0; i < queue.length && !fits(); i++) {
    const entry = queue.at(i)
    if (expired.has(entry.sequence)) continue
    evicted.push(entry)
    count--
    held -= entry.bytes
  }
  return fits() && evicted.length <= maxEvicted ? evicted : undefined
}

export function expiredEntries(queue: PendingQueue, nowMillis: number): Entry[] {
  if (queue.earliestExpiryMillis > nowMillis) return []
  const expired: Entry[] = []
  for (let i = 0; i < queue.length; i++) {
    const entry = queue.at(i)
    if (entry.expiresAtMillis <= nowMillis) expired.push(entry)
  }
  return expired
}
