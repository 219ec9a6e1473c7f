/**
 * @module Records as values: one table for each kind of thing, JSON inside the vault. Bytes in values are hex texts.
 *
 * Values are read without checking each field: a record opens only when this very code wrote it under this id, and
 * `vault/` has made sure of that.
 */
import type { Range } from '#ports/storage.ts'
import type { Reader, Work } from '#state/work.ts'

export interface Row<Value> {
  readonly id: string
  readonly value: Value
}

export interface Table<Value> {
  readonly collection: string
  get(reader: Reader, id: string): Promise<Value | undefined>
  list(reader: Reader, range: Range): Promise<readonly Row<Value>[]>
  /** Every row, in order of ids; for tables that are small. */
  all(reader: Reader): Promise<readonly Row<Value>[]>
  put(work: Work, id: string, value: Value): void
  delete(work: Work, id: string): void
}

const page = 1000
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function table<Value>(collection: string): Table<Value> {
  const valueOf = (bytes: Uint8Array): Value => JSON.parse(decoder.decode(bytes)) as Value
  const list = async (reader: Reader, range: Range): Promise<readonly Row<Value>[]> =>
    (await reader.list(collection, range)).map(({ id, value }) => ({ id, value: valueOf(value) }))
  return {
    collection,
    async get(reader, id) {
      const bytes = await reader.get(collection, id)
      return bytes === undefined ? undefined : valueOf(bytes)
    },
    list,
    async all(reader) {
      const rows: Row<Value>[] = []
      for (;;) {
        const last = rows.at(-1)?.id
        // Behind an id comes itself with the smallest character added.
        const from = last === undefined ? undefined : `${last} `
        const more = await list(reader, { from, limit: page })
        rows.push(...more)
        if (more.length < page) return rows
      }
    },
    put: (work, id, value) => work.put(collection, id, encoder.encode(JSON.stringify(value))),
    delete: (work, id) => work.delete(collection, id),
  }
}

/** A table of one row. */
export interface Cell<Value> {
  get(reader: Reader): Promise<Value | undefined>
  put(work: Work, value: Value): void
  delete(work: Work): void
}

export function cell<Value>(collection: string, id: string): Cell<Value> {
  const rows = table<Value>(collection)
  return {
    get: (reader) => rows.get(reader, id),
    put: (work, value) => rows.put(work, id, value),
    delete: (work) => rows.delete(work, id),
  }
}

/** A count as text that sorts as numbers do. Up to 2^53. */
export function sortable(count: number): string {
  return count.toString(16).padStart(14, '0')
}

export function fromSortable(text: string): number {
  return Number.parseInt(text, 16)
}
