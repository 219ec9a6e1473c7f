/**
 * @module What was worked out of a short byte string, kept for the next time; the oldest of it goes when there is no
 * room.
 *
 * Whether something is kept shows in the time that a call takes, so the strings must be public, or one-way images of
 * secrets.
 */

export interface BoundedCache<Value> {
  /** What is kept under these bytes, otherwise what `compute` says, which is kept from now on. */
  get(key: Uint8Array, compute: () => Value): Value
}

export function boundedCache<Value>(capacity: number): BoundedCache<Value> {
  const values = new Map<string, Value>()
  return {
    get: (bytes, compute) => {
      const key = String.fromCharCode(...bytes)
      const kept = values.get(key)
      if (kept !== undefined) return kept
      const value = compute()
      if (values.size >= capacity) {
        for (const oldest of values.keys()) {
          values.delete(oldest)
          break
        }
      }
      values.set(key, value)
      return value
    },
  }
}
