/**
 * @module A fixed number of places for expensive work, and a short line in front of them. Who comes when the line is
 * full is told so at once, instead of waiting longer than any client does.
 */

export interface Slots {
  /**
   * Waits for a place; dispose it when the work is done. 'full' when the line is full. Rejects with the signal's reason
   * when it is aborted before a place was free.
   */
  readonly acquire: (signal: AbortSignal) => Promise<Disposable | 'full'>
  /** How many places are taken. */
  readonly taken: () => number
  /** How many wait. */
  readonly waiting: () => number
}

export interface SlotsBounds {
  readonly slots: number
  readonly maxWaiting: number
}

export function createSlots({ slots, maxWaiting }: SlotsBounds): Slots {
  if (!Number.isSafeInteger(slots) || slots < 1) {
    throw new RangeError(`Cannot make slots: ${slots} is not a whole number above 0`)
  }
  let taken = 0
  /** In the order in which they came: a Set keeps it, and loses anyone who gives up. */
  const line = new Set<() => void>()

  function place(): Disposable {
    let isHeld = true
    return {
      [Symbol.dispose]: () => {
        // A place that is given back twice would let one more in than there is room for.
        if (!isHeld) return
        isHeld = false
        const [next] = line
        if (next === undefined) taken -= 1
        else next()
      },
    }
  }

  return {
    acquire: async (signal) => {
      signal.throwIfAborted()
      if (taken < slots) {
        taken += 1
        return place()
      }
      if (line.size >= maxWaiting) return 'full'
      const turn = Promise.withResolvers<Disposable>()
      // The place of whoever left goes straight to the next, so that `taken` does not change.
      const enter = (): void => {
        leaveLine()
        turn.resolve(place())
      }
      const giveUp = (): void => {
        leaveLine()
        turn.reject(signal.reason)
      }
      const leaveLine = (): void => {
        line.delete(enter)
        signal.removeEventListener('abort', giveUp)
      }
      line.add(enter)
      signal.addEventListener('abort', giveUp)
      return await turn.promise
    },
    taken: () => taken,
    waiting: () => line.size,
  }
}
