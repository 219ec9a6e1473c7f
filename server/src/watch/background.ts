/**
 * @module Work that nobody waits for: promises let go on purpose, and tasks that repeat. Both are owned here, so that
 * a failure is logged and counted instead of lost, and so that stopping waits for what still runs.
 */
import type { Events } from '#watch/events.ts'

export interface Repeat {
  readonly everyMillis: number
  /** Up to this part of the interval is added to each pause, so that many relays do not act in step. */
  readonly jitter?: number
  /** Run once at the start instead of after the first interval. */
  readonly atOnce?: boolean
}

export interface Background extends AsyncDisposable {
  /** Lets a promise go. `name` is a constant of the source: it is logged. */
  readonly letGo: (name: string, promise: Promise<unknown>) => void
  /**
   * Runs a task again and again, each time one interval after the last run ended: runs never overlap. A failed run is
   * reported and does not end the row. The signal is aborted, and a run that is under way awaited, when the returned
   * handle or the whole background is disposed.
   */
  readonly every: (
    name: string,
    repeat: Repeat,
    task: (signal: AbortSignal) => Promise<void> | void,
  ) => AsyncDisposable
  /** How much is under way now. */
  readonly running: () => number
}

export interface BackgroundDependencies {
  readonly events: Pick<Events, 'backgroundFailed'>
  /** From 0 to below 1. */
  readonly random: () => number
}

export function createBackground({ events, random }: BackgroundDependencies): Background {
  const underWay = new Set<Promise<void>>()
  const rows = new Set<AsyncDisposable>()

  function track(name: string, promise: Promise<unknown>, signal?: AbortSignal): Promise<void> {
    const tracked = settle(name, promise, signal).finally(() => underWay.delete(tracked))
    underWay.add(tracked)
    return tracked
  }

  async function settle(
    name: string,
    promise: Promise<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await promise
    } catch (error) {
      // A task that ends because it was told to has not failed.
      if (signal?.aborted !== true || error !== signal.reason) events.backgroundFailed(name, error)
    }
  }

  function every(
    name: string,
    repeat: Repeat,
    task: (signal: AbortSignal) => Promise<void> | void,
  ): AsyncDisposable {
    const abort = new AbortController()
    let timer: NodeJS.Timeout | undefined
    let run = Promise.resolve()

    const start = (): void => {
      timer = undefined
      run = track(name, runTask(task, abort.signal), abort.signal).then(schedule)
    }
    const schedule = (): void => {
      if (abort.signal.aborted) return
      const pause = repeat.everyMillis * (1 + (repeat.jitter ?? 0) * random())
      timer = setTimeout(start, pause)
    }
    if (repeat.atOnce === true) start()
    else schedule()

    const row: AsyncDisposable = {
      [Symbol.asyncDispose]: async () => {
        rows.delete(row)
        abort.abort()
        clearTimeout(timer)
        await run
      },
    }
    rows.add(row)
    return row
  }

  return {
    letGo: (name, promise) => {
      void track(name, promise)
    },
    every,
    running: () => underWay.size,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...rows].map((row) => row[Symbol.asyncDispose]()))
      // What is let go while the rest ends is waited for too.
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}

/** A task that throws before its first await fails like one that throws after it. */
async function runTask(
  task: (signal: AbortSignal) => Promise<void> | void,
  signal: AbortSignal,
): Promise<void> {
  await task(signal)
}
