/**
 * @module What the relay takes from the world besides the network: time and randomness, handed in so that tests can
 * hold them still.
 */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

export interface Randomness {
  /** That many bytes from the platform's cryptographic generator. */
  bytes(length: number): Uint8Array
}

const poolBytes = 4096

/** Asks the generator for many bytes at a time: a call for sixteen costs as much as one for thousands. */
export function pooledRandomness(generate: (length: number) => Uint8Array): Randomness {
  let pool: Uint8Array = new Uint8Array()
  let used = 0
  return {
    bytes(length) {
      if (length > poolBytes) return generate(length)
      if (used + length > pool.length) {
        pool = generate(poolBytes)
        used = 0
      }
      // Not `slice`: a Buffer's is a view of the pool.
      const taken = Uint8Array.from(pool.subarray(used, used + length))
      // What was given out is not given again, nor left behind.
      pool.fill(0, used, used + length)
      used += length
      return taken
    },
  }
}
