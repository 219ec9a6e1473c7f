/**
 * @module Time and chance, handed in.
 */

/** What time it is, and a call later. */
export interface Clock {
  /** Milliseconds since 1970, as far as this machine knows. */
  now(): number
  /** Calls once after so long, unless it was cancelled before. */
  after(millis: number, call: () => void): { cancel(): void }
}

/** Fresh bytes from a secure source. */
export type Randomness = (length: number) => Uint8Array

/** Resolves after so long; rejects with the signal's reason when that comes first. */
export function sleep(clock: Clock, millis: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const aborted = (): void => {
      timer.cancel()
      reject(signal.reason)
    }
    const timer = clock.after(millis, () => {
      signal.removeEventListener('abort', aborted)
      resolve()
    })
    signal.addEventListener('abort', aborted, { once: true })
  })
}

/** A whole number from `min` to `max`, both included, without bias worth speaking of. */
export function randomBetween(random: Randomness, min: number, max: number): number {
  const bytes = random(6)
  let value = 0
  for (const byte of bytes) value = value * 256 + byte
  return min + (value % (max - min + 1))
}
