/**
 * @module A piece that goes or comes: tried again while the relay is away or busy, longer and longer apart. A transfer
 * that has to wait for minutes ends; what it has done so far is kept, and whoever wants to goes on later.
 */
import { orAborted } from '#attachments/ahead.ts'
import { isSottoError } from '#errors.ts'
import { backoffMillis } from '#messages/backoff.ts'
import { type Clock, type Randomness, sleep } from '#ports/clock.ts'

export interface Patience {
  readonly clock: Clock
  readonly random: Randomness
}

/** The waits between them are two minutes together. */
const maxTries = 8

export async function patiently<Result>(
  { clock, random }: Patience,
  attempt: (signal: AbortSignal) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  for (let failures = 0; ; failures++) {
    try {
      return await orAborted(attempt(signal), signal)
    } catch (error) {
      signal.throwIfAborted()
      const mayPass = isSottoError(error, 'offline') || isSottoError(error, 'relay-busy')
      if (!mayPass || failures + 1 === maxTries) throw error
      await sleep(clock, backoffMillis(random, failures, error), signal)
    }
  }
}
