/**
 * @module How often one key may do something: the generic cell rate algorithm (ITU-T I.371), which allows a burst and
 * then a steady pace, and needs one number per key: the time at which its bucket will be full again ("theoretical
 * arrival time"). A key whose time has come is like one that was never seen.
 *
 * The numbers stand in a table of fixed size, sixteen slots to a set; a key's hash chooses its set. So a call costs the
 * same whatever happens, nothing is ever pruned, and spraying addresses cannot make the table grow. When a set is full
 * of keys that are still counted, the one that used least makes room: a spray can only make it forget keys that had
 * hardly used anything, never one that is at its limit while others in its set are not.
 */
import type { KeyedHash } from '#guard/keyed-hash.ts'

export interface Rate {
  /** How many at once. */
  readonly burst: number
  /** And then `count` in every `perMillis`. */
  readonly count: number
  readonly perMillis: number
}

export type Admission =
  { readonly allowed: true } | { readonly allowed: false; readonly retryAfterMillis: number }

export interface RateLimit {
  /**
   * Takes `cost`, or one, from the key's bucket, or says when it will hold that much. A refusal takes nothing. More than
   * the whole burst is refused always, and the wait for it is infinite.
   */
  readonly take: (key: string | Uint8Array, cost?: number) => Admission
}

export interface RateLimitDependencies {
  readonly rate: Rate
  /** Slots of the table, 16 bytes each, taken at once. With a quarter of them in use, next to no set is full. */
  readonly capacity?: number
  /** Milliseconds of a clock that does not jump, such as `performance.now`. */
  readonly now: () => number
  readonly hash: KeyedHash
}

const ways = 16
const defaultCapacity = 2 ** 17
const allowed: Admission = Object.freeze({ allowed: true })
const never: Admission = Object.freeze({
  allowed: false,
  retryAfterMillis: Number.POSITIVE_INFINITY,
})

export function createRateLimit(dependencies: RateLimitDependencies): RateLimit {
  const { now, hash } = dependencies
  const { burst, count, perMillis } = checked(dependencies.rate)
  // Whole microseconds, so that sums are exact: 2^53 of them are 285 years.
  const interval = Math.max(1, Math.floor((perMillis * 1000) / count))
  const fillTime = interval * burst
  const sets =
    2 ** Math.ceil(Math.log2(Math.max(1, (dependencies.capacity ?? defaultCapacity) / ways)))
  const hashes = new Float64Array(sets * ways)
  // Zero is a key that was never seen. Nothing is written before it is: untouched, the table takes no memory.
  const fullAt = new Float64Array(sets * ways)

  function slotOf(keyHash: number): number {
    const first = ((keyHash >>> 0) & (sets - 1)) * ways
    for (let slot = first; slot < first + ways; slot++) {
      if (hashes[slot] === keyHash) return slot
    }
    let leastUsed = first
    for (let slot = first + 1; slot < first + ways; slot++) {
      if (time(slot) < time(leastUsed)) leastUsed = slot
    }
    hashes[leastUsed] = keyHash
    fullAt[leastUsed] = 0
    return leastUsed
  }

  function time(slot: number): number {
    return fullAt[slot] || Number.NEGATIVE_INFINITY
  }

  return {
    take: (key, cost = 1) => {
      if (cost !== 1 && (!Number.isSafeInteger(cost) || cost < 1)) {
        throw new RangeError(
          `Cannot take from bucket: cost is ${cost}, must be a whole number above 0`,
        )
      }
      if (cost > burst) return never
      const at = Math.floor(now() * 1000)
      const slot = slotOf(hash(key))
      // No bucket takes longer than this to fill up: a later time was written before the clock was set back.
      const isPossible = time(slot) <= at + fillTime
      const arrival = isPossible ? time(slot) : at
      const price = interval * cost
      const tolerance = fillTime - price
      if (at < arrival - tolerance) {
        return { allowed: false, retryAfterMillis: Math.ceil((arrival - tolerance - at) / 1000) }
      }
      fullAt[slot] = Math.max(arrival, at) + price
      return allowed
    },
  }
}

function checked(rate: Rate): Rate {
  for (const [name, value] of Object.entries(rate)) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`Cannot limit rate: ${name} is ${value}, must be a whole number above 0`)
    }
  }
  return rate
}
