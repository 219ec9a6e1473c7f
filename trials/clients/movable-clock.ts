/**
 * @module A clock that somebody has set wrong: it runs as the machine's does, and is so much ahead of it, or behind.
 */
import type { Clock } from '@sotto/sdk'
import { webClock } from '@sotto/sdk/adapters/web'

export class MovableClock implements Clock {
  #aheadMillis = 0

  now(): number {
    return webClock.now() + this.#aheadMillis
  }

  after(millis: number, call: () => void): { cancel(): void } {
    return webClock.after(millis, call)
  }

  /** Timers that were set before stay: they count time that passes, and none does. */
  set(aheadMillis: number): void {
    this.#aheadMillis = aheadMillis
  }
}
