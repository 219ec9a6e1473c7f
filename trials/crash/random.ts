/**
 * @module Chance that can be had again: everything random about a crash trial comes from one printed seed. (When the
 * relay dies in relation to what it was doing still depends on the machine.)
 */

export interface Chance {
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number
  /** True in so many of a hundred cases. */
  percent(percent: number): boolean
  pick<T>(from: readonly T[]): T
}

/** mulberry32 (Ettinger 2017): one word of state. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let word = Math.imul(state ^ (state >>> 15), state | 1)
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61)
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))
  return {
    integer,
    percent: (percent) => next() * 100 < percent,
    pick: (from) => {
      const chosen = from[integer(0, from.length - 1)]
      if (chosen === undefined) throw new RangeError('Cannot pick: nothing to pick from')
      return chosen
    },
  }
}
