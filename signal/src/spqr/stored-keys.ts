/**
 * @module Message keys kept for messages that have not come yet, by ascending index. At most a few thousand, so a change
 * copies the list's pointers, never the keys.
 */
import { maxSkippedKeys } from '#limits.ts'

export interface StoredKey {
  readonly index: number
  /** 32 bytes. */
  readonly key: Uint8Array
}

/** As many may pile up before those are dropped that are too old to be asked for: a tenth more than can be asked for. */
export const maxStoredKeys: number = Math.floor((maxSkippedKeys * 11) / 10)

/** Where a key stands, or undefined when it is not there. */
export function findStoredKey(keys: readonly StoredKey[], index: number): number | undefined {
  const at = firstFrom(keys, index)
  return keys[at]?.index === index ? at : undefined
}

export function withoutKey(keys: readonly StoredKey[], at: number): readonly StoredKey[] {
  const rest = keys.slice()
  rest.splice(at, 1)
  return rest
}

/**
 * Adds keys whose indexes are above all others. When there are too many, those drop out that a chain which has come as
 * far as `counter` does not give any more.
 */
export function withKeys(
  keys: readonly StoredKey[],
  added: readonly StoredKey[],
  counter: number,
): { readonly keys: readonly StoredKey[]; readonly dropped: readonly StoredKey[] } {
  if (added.length === 0) return { keys, dropped: [] }
  const all = keys.concat(added)
  if (all.length <= maxStoredKeys) return { keys: all, dropped: [] }
  const from = firstFrom(all, counter - maxSkippedKeys)
  return { keys: all.slice(from), dropped: all.slice(0, from) }
}

/** How many keys have a lower index. */
function firstFrom(keys: readonly StoredKey[], index: number): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as StoredKey).index < index) low = middle + 1
    else high = middle
  }
  return low
}
