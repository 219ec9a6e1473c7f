/**
 * @module The records of one profile in memory, each collection in the order of its ids.
 */
import type { Change, Range, StoredRecord } from '#ports/storage.ts'
import { behindAllIds } from '#storage/accepted.ts'

interface Collection {
  readonly values: Map<string, Uint8Array>
  /** The keys of `values` in order, or undefined when they have to be sorted again. */
  ids: string[] | undefined
}

export class MemoryRecords {
  readonly #collections = new Map<string, Collection>()

  get(collection: string, id: string): Uint8Array | undefined {
    const value = this.#collections.get(collection)?.values.get(id)
    return value === undefined ? undefined : copyOf(value)
  }

  list(
    collection: string,
    { from = '', before = behindAllIds, order, limit }: Range,
  ): StoredRecord[] {
    const found = this.#collections.get(collection)
    if (found === undefined) return []
    found.ids ??= [...found.values.keys()].toSorted()
    const start = placeOf(found.ids, from)
    const end = placeOf(found.ids, before)
    if (start >= end) return []
    const ids =
      order === 'descending'
        ? found.ids.slice(Math.max(start, end - limit), end).toReversed()
        : found.ids.slice(start, Math.min(end, start + limit))
    return ids.flatMap((id) => {
      const value = found.values.get(id)
      return value === undefined ? [] : { id, value: copyOf(value) }
    })
  }

  apply(change: Change): void {
    const { kind, collection: name, id } = change
    let collection = this.#collections.get(name)
    if (collection === undefined) {
      collection = { values: new Map(), ids: [] }
      this.#collections.set(name, collection)
    }
    if (kind === 'delete') {
      if (collection.values.delete(id)) collection.ids = undefined
      return
    }
    if (!collection.values.has(id)) add(collection, id)
    collection.values.set(id, copyOf(change.value))
  }
}

/** Most records are newer than all others, and their ids say so. */
function add(collection: Collection, id: string): void {
  const last = collection.ids?.at(-1)
  if (last === undefined || last < id) collection.ids?.push(id)
  else collection.ids = undefined
}

/** Of the first id that is not less: where it stands, or would stand. */
function placeOf(ids: readonly string[], id: string): number {
  let low = 0
  let high = ids.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ids[middle] ?? '') < id) low = middle + 1
    else high = middle
  }
  return low
}

/** A Buffer's own `slice` is a view. */
function copyOf(value: Uint8Array): Uint8Array {
  return new Uint8Array(value)
}
