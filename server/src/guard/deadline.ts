/**
 * @module A time limit for work that nearly always ends at once. A timer of its own for each request costs as much as the
 * rest of reading its body; here all share one, which looks at them ten times a second and stops when nothing waits.
 */

const tickMillis = 100

interface Waiting {
  readonly untilMillis: number
  readonly onLate: () => void
}

const waiting = new Set<Waiting>()
let ticking: ReturnType<typeof setInterval> | undefined

/** What a caller makes of the three ways in which work can end. */
export interface Endings<T, R> {
  readonly done: (value: T) => R
  readonly failed: R
  readonly late: R
}

/**
 * Resolves to one of `endings`: to `late` when the work takes longer than `millis`, or up to a tenth of a second more.
 * Rejects with the signal's reason, and only then, when that aborts first.
 */
export function withDeadline<T, R>(
  work: Promise<T>,
  endings: Endings<T, R>,
  millis: number,
  signal?: AbortSignal,
): Promise<R> {
  return new Promise((resolve, reject) => {
    const entry: Waiting = {
      untilMillis: performance.now() + millis,
      onLate: () => {
        leave()
        resolve(endings.late)
      },
    }
    const onAbort = (): void => {
      leave()
      reject(signal?.reason)
    }
    const leave = (): void => {
      waiting.delete(entry)
      signal?.removeEventListener('abort', onAbort)
    }
    if (signal?.aborted === true) {
      reject(signal.reason)
      return
    }
    waiting.add(entry)
    ticking ??= setInterval(tick, tickMillis)
    signal?.addEventListener('abort', onAbort)
    work.then(
      (value) => {
        leave()
        resolve(endings.done(value))
      },
      () => {
        leave()
        resolve(endings.failed)
      },
    )
  })
}

function tick(): void {
  if (waiting.size === 0) {
    clearInterval(ticking)
    ticking = undefined
    return
  }
  const now = performance.now()
  for (const entry of waiting) if (entry.untilMillis <= now) entry.onLate()
}
