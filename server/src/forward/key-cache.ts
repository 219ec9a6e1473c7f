/**
 * @module Keeps the gateway's key for a while. Everybody gets the same copy, and who asks while it is being fetched waits
 * for that: so a gateway cannot give each client a key of its own to know it by, and clients cannot flood the gateway.
 *
 * It is kept for less time than the gateway accepts a key after it was published, or a client would seal for one that
 * is gone.
 */
import type { GatewayKey, KeyForm } from '#forward/gateway.ts'

export interface CachedKey {
  readonly key: GatewayKey
  /** For how long it may be kept from now on. */
  readonly maxAgeSeconds: number
}

export interface KeyCache {
  /** Undefined when there is none and none could be had. */
  get(form: KeyForm): Promise<CachedKey | undefined>
  /** The gateway refused a request for its key: the copy may be old. One that was just fetched is kept. */
  doubt(): void
}

export interface KeyCacheDeps {
  readonly fetchKey: (form: KeyForm) => Promise<GatewayKey | undefined>
  readonly ttlSeconds: number
  /** Milliseconds of a clock that does not jump. */
  readonly nowMillis: () => number
}

interface Entry {
  readonly key: GatewayKey
  readonly fetchedAtMillis: number
  readonly untilMillis: number
}

/** Anybody can send what the gateway refuses: a copy is fetched again no more often than this for it. */
const doubtAfterMillis = 5000

export function createKeyCache({ fetchKey, ttlSeconds, nowMillis }: KeyCacheDeps): KeyCache {
  const entries = new Map<KeyForm, Entry>()
  const fetching = new Map<KeyForm, Promise<Entry | undefined>>()

  async function refresh(form: KeyForm): Promise<Entry | undefined> {
    // From before it was asked for: the way back counts as well.
    const fetchedAtMillis = nowMillis()
    const key = await fetchKey(form)
    if (key === undefined) return undefined
    const keptSeconds = Math.min(ttlSeconds, key.maxAgeSeconds ?? ttlSeconds)
    const entry = { key, fetchedAtMillis, untilMillis: fetchedAtMillis + keptSeconds * 1000 }
    entries.set(form, entry)
    return entry
  }

  function refreshOnce(form: KeyForm): Promise<Entry | undefined> {
    const running = fetching.get(form)
    if (running !== undefined) return running
    const started = refresh(form).finally(() => fetching.delete(form))
    fetching.set(form, started)
    return started
  }

  return {
    async get(form) {
      const kept = entries.get(form)
      const isFresh = kept !== undefined && kept.untilMillis > nowMillis()
      const entry = isFresh ? kept : await refreshOnce(form)
      if (entry === undefined) return undefined
      const leftMillis = Math.max(0, entry.untilMillis - nowMillis())
      return { key: entry.key, maxAgeSeconds: Math.floor(leftMillis / 1000) }
    },
    doubt() {
      for (const [form, { fetchedAtMillis }] of entries) {
        if (nowMillis() - fetchedAtMillis >= doubtAfterMillis) entries.delete(form)
      }
    },
  }
}
