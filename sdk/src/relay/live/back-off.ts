/**
 * @module When to try again: after a random time below a bound that doubles with every failure, so that those whom one
 * relay lost do not all come back at once.
 */
import { type Clock, randomBetween, type Randomness } from '#ports/clock.ts'

const firstBoundMillis = 1000
const lastBoundMillis = 60_000
/** A connection that lasted so long was none of those failures. */
const stableMillis = 60_000

export class BackOff {
  readonly #clock: Clock
  readonly #random: Randomness
  #failures = 0
  #connectedAtMillis: number | undefined

  constructor(clock: Clock, random: Randomness) {
    this.#clock = clock
    this.#random = random
  }

  connected(): void {
    this.#connectedAtMillis = this.#clock.now()
  }

  /** How long to wait after this. */
  failed(): number {
    const since = this.#connectedAtMillis
    if (since !== undefined && this.#clock.now() - since >= stableMillis) this.forget()
    this.#connectedAtMillis = undefined
    const bound = Math.min(firstBoundMillis * 2 ** Math.min(this.#failures, 10), lastBoundMillis)
    this.#failures++
    return randomBetween(this.#random, 0, bound)
  }

  /** Something has changed: what failed before says nothing any more. */
  forget(): void {
    this.#failures = 0
  }
}
