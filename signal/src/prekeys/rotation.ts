/**
 * @module When prekeys are made and thrown away, as Signal's apps do it.
 *
 * | prekey | replaced | thrown away |
 * |---|---|---|
 * | signed, Kyber of last resort | after 2 days | 30 days after it was replaced: until then messages made with it may be on their way |
 * | one-time | refilled to 100 when fewer than 20 are left | with its first use |
 *
 * All functions here are pure: the clock comes in, what to do comes out. How soon a device refills tells when it is
 * awake; who minds adds a delay of his own.
 */

/** A signed prekey, or a Kyber prekey of last resort. */
export interface DatedPrekey {
  readonly id: number
  readonly createdAtMillis: number
}

export interface RotationPlan {
  /** Make a new one, and publish it. */
  readonly isDue: boolean
  /** The ids that may be thrown away. The newest is never one of them. */
  readonly expiredIds: readonly number[]
}

const dayMillis = 24 * 60 * 60 * 1000

export const rotationMillis: number = 2 * dayMillis
export const retentionMillis: number = 30 * dayMillis
export const fewOneTimePrekeys = 20
export const fullOneTimePrekeys = 100

/**
 * A key made in the future counts as due: a clock that was wrong once must not stop the rotation. One is kept for 30
 * days from when the next one was made.
 */
export function planRotation(prekeys: readonly DatedPrekey[], nowMillis: number): RotationPlan {
  const newestFirst = prekeys.toSorted((a, b) => b.createdAtMillis - a.createdAtMillis)
  const newest = newestFirst[0]
  if (newest === undefined) return { isDue: true, expiredIds: [] }
  const age = nowMillis - newest.createdAtMillis
  const expiredIds: number[] = []
  for (const [i, prekey] of newestFirst.entries()) {
    const successor = newestFirst[i - 1]
    if (successor === undefined) continue
    if (nowMillis - successor.createdAtMillis > retentionMillis) expiredIds.push(prekey.id)
  }
  return { isDue: age >= rotationMillis || age < 0, expiredIds }
}

/** How many one-time prekeys to make when so many are left on the server. */
export function refillCount(left: number): number {
  return left < fewOneTimePrekeys ? fullOneTimePrekeys - left : 0
}
