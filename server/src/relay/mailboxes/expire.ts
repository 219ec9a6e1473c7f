/**
 * @module Removes what nobody fetched in time, a slice at a time so that traffic passes between two slices.
 */
import type { Clock } from '#relay/clock.ts'
import type { AccountStore, MailboxStore } from '#store/store.ts'

/** Envelopes or sessions to a slice. */
const sliceSize = 500

/** Resolves to how many went. Stops early when the signal aborts. */
export async function expireEnvelopes(
  mailboxes: MailboxStore,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  return inSlices((limit) => mailboxes.expire(clock.now(), limit), signal)
}

/** Resolves to how many went. Stops early when the signal aborts. */
export async function expireSessions(
  accounts: AccountStore,
  clock: Clock,
  signal: AbortSignal,
): Promise<number> {
  return inSlices((limit) => accounts.expireSessions(clock.now(), limit), signal)
}

/** Resolves to how many went. What removes fewer than it may has nothing left. */
export async function inSlices(
  remove: (limit: number) => Promise<number>,
  signal: AbortSignal,
): Promise<number> {
  let total = 0
  while (!signal.aborted) {
    const removed = await remove(sliceSize)
    total += removed
    if (removed < sliceSize) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  return total
}
