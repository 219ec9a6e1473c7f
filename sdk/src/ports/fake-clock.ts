/**
 * @module A clock for tests: time stands still until the test moves it.
 */
import type { Clock } from '#ports/clock.ts'

interface Timer {
  readonly atMillis: number
  readonly call: () => void
}

export class FakeClock implements Clock {
  #nowMillis: number
  /** In the order in which they were set, which decides between those of one moment. */
  readonly #timers = new Set<Timer>()

  constructor(nowMillis: number = Date.UTC(2026, 0, 1)) {
    this.#nowMillis = nowMillis
  }

  now(): number {
    return this.#nowMillis
  }

  after(millis: number, call: () => void): { cancel(): void } {
    const timer = { atMillis: this.#nowMillis + Math.max(0, millis), call }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  /** How many timers were set and have neither called nor been cancelled: none, when everything is closed. */
  pending(): number {
    return this.#timers.size
  }

  /**
   * Moves time, and stops at every timer on the way, those included that are set meanwhile. Whatever a call sets going
   * has settled before time moves on, as far as it waits for nothing but promises and what is due at once.
   */
  async advance(millis: number): Promise<void> {
    const untilMillis = this.#nowMillis + millis
    await settled()
    for (let next = this.#next(untilMillis); next !== undefined; next = this.#next(untilMillis)) {
      this.#timers.delete(next)
      this.#nowMillis = Math.max(this.#nowMillis, next.atMillis)
      next.call()
      await settled()
    }
    this.#nowMillis = Math.max(this.#nowMillis, untilMillis)
  }

  #next(untilMillis: number): Timer | undefined {
    let first: Timer | undefined
    for (const timer of this.#timers) {
      if (timer.atMillis > untilMillis) continue
      if (first === undefined || timer.atMillis < first.atMillis) first = timer
    }
    return first
  }
}

/** The runtime empties its queue of promises before it comes to a timer. */
function settled(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, 0))
}
