/**
 * @module How many wrong codes the relay hears before it listens to no code for a while. A code has six digits, so that
 * a wrong one is a guess that could have hit anybody's offer: one in a million for each offer that is open. What is
 * counted is that chance. Guessing hits one stranger's offer in five minutes at best, however many guess together.
 */

export const codeCount = 1_000_000

/** In expected hits: so many at once, and then so many in a millisecond. */
const burst = 1
const perMilli = 0.2 / 60_000

export class Guesses {
  readonly #now: () => number
  #chance = 0
  #countedAtMillis = Number.NEGATIVE_INFINITY

  /** Milliseconds of a clock that does not jump. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** How long no code is listened to from now on; 0 when they are. */
  waitMillis(): number {
    const chance = this.#current()
    return chance < burst ? 0 : Math.max(1, Math.ceil((chance - burst) / perMilli))
  }

  /** A code was wrong while so many offers were open. */
  add(openOffers: number): void {
    this.#chance = this.#current() + openOffers / codeCount
    this.#countedAtMillis = this.#now()
  }

  #current(): number {
    return Math.max(0, this.#chance - (this.#now() - this.#countedAtMillis) * perMilli)
  }
}
