/**
 * @module Remembers what was seen for a while, so that it is taken once: nonces, sealed requests, one-time tokens.
 *
 * Two generations of hashes. The younger one takes what is new; after a window it becomes the older one, and the older
 * one goes. So a key is remembered for one window at least and two at most, and forgetting costs nothing.
 *
 * Memory is bounded: a generation holds half of `maxEntries`. When the younger one is full it becomes the older one
 * before its time, and what was in the older one is forgotten early. So with more than `maxEntries / 2` new keys in a
 * window, a key can pass a second time within it. Choose `maxEntries` above what a window can bring, by the limits
 * that stand before this check. A key is never refused wrongly but for a collision of 53-bit hashes.
 */
import type { KeyedHash } from '#guard/keyed-hash.ts'

export interface ReplayGuard {
  /** 'fresh' the first time, 'seen' afterwards. Asking again does not lengthen the memory. */
  readonly check: (key: string | Uint8Array, nowMillis: number) => 'fresh' | 'seen'
  /** The two halves of `check`, for work that may fail in between: what failed was not seen. */
  readonly has: (key: string | Uint8Array, nowMillis: number) => boolean
  readonly add: (key: string | Uint8Array, nowMillis: number) => void
}

export interface ReplayGuardDependencies {
  readonly windowMillis: number
  readonly maxEntries: number
  readonly hash: KeyedHash
}

export function createReplayGuard({
  windowMillis,
  maxEntries,
  hash,
}: ReplayGuardDependencies): ReplayGuard {
  const maxGeneration = Math.max(1, Math.floor(maxEntries / 2))
  let older = new Set<number>()
  let younger = new Set<number>()
  let startedAtMillis: number | undefined

  function rotate(startMillis: number): void {
    older = younger
    younger = new Set()
    startedAtMillis = startMillis
  }

  /** Turns the generations that are past their time. */
  function age(nowMillis: number): void {
    startedAtMillis ??= nowMillis
    const windows = Math.floor((nowMillis - startedAtMillis) / windowMillis)
    if (windows >= 1) rotate(startedAtMillis + windows * windowMillis)
    // Nothing came for a whole window: what became the older generation is past its time as well.
    if (windows >= 2) older = new Set()
  }

  function has(key: string | Uint8Array, nowMillis: number): boolean {
    age(nowMillis)
    const keyHash = hash(key)
    return younger.has(keyHash) || older.has(keyHash)
  }

  function add(key: string | Uint8Array, nowMillis: number): void {
    age(nowMillis)
    if (younger.size >= maxGeneration) rotate(nowMillis)
    younger.add(hash(key))
  }

  return {
    has,
    add,
    check: (key, nowMillis) => {
      if (has(key, nowMillis)) return 'seen'
      add(key, nowMillis)
      return 'fresh'
    },
  }
}
