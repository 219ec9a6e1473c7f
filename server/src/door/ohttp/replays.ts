/**
 * @module Remembers which sealed requests were taken, so that each is taken once (RFC 9458 §6.5). Whoever carries a
 * request can hand it in again; without this, a message would be stored as often.
 *
 * A memory for each key, by a hash of the encapsulated key, which no two honest requests share. It lives as long as the
 * key is accepted. When it is full its older half goes, and nobody is refused for that: a replay from then could pass.
 * Nobody can fill it faster than the gateway's rate allows, and requests that say when they were made are refused
 * after minutes. Choose the size so that it holds those minutes at the full rate, and such requests never pass twice.
 *
 * It is in memory: after a restart, what was taken before is not known.
 */
import type { KeyedHash } from '#guard/keyed-hash.ts'
import { createReplayGuard, type ReplayGuard } from '#guard/replay.ts'

export interface Replays {
  /**
   * Whether this is the first time. `window` is that of the request's key, `currentWindow` the one that it is now.
   * Ask when the request was opened, not before: anybody can send somebody else's encapsulated key in front of noise.
   */
  isFirst(window: number, currentWindow: number, encapsulatedKey: Uint8Array): boolean
}

export interface ReplaysDeps {
  readonly hash: KeyedHash
  readonly maxEntriesPerKey: number
}

export function createReplays({ hash, maxEntriesPerKey }: ReplaysDeps): Replays {
  const guards = new Map<number, ReplayGuard>()

  function guardOf(window: number): ReplayGuard {
    const known = guards.get(window)
    if (known !== undefined) return known
    // Its time ends with its key, not by a clock.
    const made = createReplayGuard({
      windowMillis: Number.MAX_SAFE_INTEGER,
      maxEntries: maxEntriesPerKey,
      hash,
    })
    guards.set(window, made)
    return made
  }

  return {
    isFirst(window, currentWindow, encapsulatedKey) {
      for (const past of guards.keys()) if (past < currentWindow - 1) guards.delete(past)
      return guardOf(window).check(encapsulatedKey, 0) === 'fresh'
    },
  }
}
