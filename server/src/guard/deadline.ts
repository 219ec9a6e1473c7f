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

/**
 * Settles as `work` does, or resolves to `late` when that takes longer, by up to a tenth of a second more than `millis`.
 * What `work` comes to afterwards is not heard of. Rejects with the signal's reason when that aborts first.
 */
export function withDeadline<T, L>(
  work: Promise<T>,
  late: L,
  millis: number,
  signal?: AbortSignal,
): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const entry: Waiting = {
      untilMillis: performance.now() + millis,
      onLate: () => {
        leave()
        resolve(late)
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
    enter(entry)
    signal?.addEventListener('abort', onAbort)
    work.then(
      (value) => {
        leave()
        resolve(value)
      },
      (error: unknown) => {
        leave()
        reject(error)
      },
    )
  })
}

function enter(entry: Waiting): void {
  waiting.add(entry)
  ticking ??= setInterval(tick, tickMillis)
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
