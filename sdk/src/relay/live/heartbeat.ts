/**
 * @module Whether the other side is still there: it is asked every half minute, and given up when it then stays silent.
 */
import type { Clock } from '#ports/clock.ts'

export const pingMillis = 30_000
export const silenceMillis = 20_000

interface Timer {
  cancel(): void
}

export class Heartbeat implements Disposable {
  readonly #clock: Clock
  readonly #ping: () => void
  readonly #silent: () => void
  #next: Timer | undefined
  #patience: Timer | undefined

  /** `silent` is called once, and nothing after it. */
  constructor(clock: Clock, ping: () => void, silent: () => void) {
    this.#clock = clock
    this.#ping = ping
    this.#silent = silent
    this.#wait()
  }

  /** Anything came. */
  heard(): void {
    this.#patience?.cancel()
    this.#patience = undefined
  }

  /** Asks now. */
  probe(): void {
    this.#next?.cancel()
    this.#wait()
    this.#patience ??= this.#clock.after(silenceMillis, () => {
      this[Symbol.dispose]()
      this.#silent()
    })
    this.#ping()
  }

  [Symbol.dispose](): void {
    this.#next?.cancel()
    this.heard()
  }

  #wait(): void {
    this.#next = this.#clock.after(pingMillis, () => this.probe())
  }
}
