/**
 * @module A unit of work: what a step has read and wants to change, until all of it is written at once. Reads see what
 * was put before. A step inside a step is a work of its own on top of this one: it is taken over whole, or forgotten.
 */
import type { Change, Range, StoredRecord } from '#ports/storage.ts'

/** What both a storage and a work can be asked. */
export interface Reader {
  get(collection: string, id: string): Promise<Uint8Array | undefined>
  list(collection: string, range: Range): Promise<readonly StoredRecord[]>
}

/** By id; undefined for what is not there, or is to be deleted. */
type Pending = Map<string, Uint8Array | undefined>

export class Work implements Reader {
  readonly #below: Reader
  /** What was read, so that a step of many messages decrypts each record once. Nobody changes what is lent. */
  readonly #read = new Map<string, Pending>()
  readonly #pending = new Map<string, Pending>()
  #afterwards: (() => void)[] = []
  #atAnyEnd: (() => void)[] = []

  constructor(below: Reader) {
    this.#below = below
  }

  async get(collection: string, id: string): Promise<Uint8Array | undefined> {
    const pending = this.#pending.get(collection)
    if (pending?.has(id) === true) return pending.get(id)
    const read = this.#readOf(collection)
    if (read.has(id)) return read.get(id)
    const value = await this.#below.get(collection, id)
    read.set(id, value)
    return value
  }

  async list(collection: string, range: Range): Promise<readonly StoredRecord[]> {
    const pending = this.#pending.get(collection)
    if (pending === undefined) return this.#below.list(collection, range)
    const inside = [...pending].filter(([id]) => isInside(range, id))
    const limit = range.limit + inside.length
    const below = await this.#below.list(collection, { ...range, limit })
    const found = new Map(below.map(({ id, value }) => [id, value]))
    for (const [id, value] of inside) {
      if (value === undefined) found.delete(id)
      else found.set(id, value)
    }
    const records = [...found].map(([id, value]) => ({ id, value }))
    const sign = range.order === 'descending' ? -1 : 1
    records.sort((a, b) => (a.id < b.id ? -sign : sign))
    return records.slice(0, range.limit)
  }

  put(collection: string, id: string, value: Uint8Array): void {
    this.#of(collection).set(id, value)
  }

  delete(collection: string, id: string): void {
    this.#of(collection).set(id, undefined)
  }

  /** Is called when everything is written, in this order, and not if it is not. */
  afterwards(call: () => void): void {
    this.#afterwards.push(call)
  }

  /** Is called when everything is written or the work is given up: the place to erase secrets. */
  atAnyEnd(call: () => void): void {
    this.#atAnyEnd.push(call)
  }

  /**
   * Takes a step on top of this work. What it changes is taken over when it resolves to something else than undefined and
   * does not throw.
   */
  async attempt<Result>(step: (work: Work) => Promise<Result>): Promise<Result> {
    const inner = new Work(this)
    this.#atAnyEnd.push(() => inner.#end())
    const result = await step(inner)
    if (result !== undefined) this.#takeOver(inner)
    return result
  }

  changes(): readonly Change[] {
    const changes: Change[] = []
    for (const [collection, pending] of this.#pending) {
      for (const [id, value] of pending) {
        changes.push(
          value === undefined
            ? { kind: 'delete', collection, id }
            : { kind: 'put', collection, id, value },
        )
      }
    }
    return changes
  }

  /** For whoever writes the changes. */
  finish(isWritten: boolean): void {
    const calls = isWritten ? this.#afterwards : []
    this.#afterwards = []
    this.#end()
    for (const call of calls) call()
  }

  #end(): void {
    const calls = this.#atAnyEnd
    this.#atAnyEnd = []
    for (const call of calls) call()
  }

  #takeOver(inner: Work): void {
    for (const [collection, pending] of inner.#pending) {
      const own = this.#of(collection)
      for (const [id, value] of pending) own.set(id, value)
    }
    this.#afterwards.push(...inner.#afterwards)
  }

  #readOf(collection: string): Pending {
    const known = this.#read.get(collection)
    if (known !== undefined) return known
    const read: Pending = new Map()
    this.#read.set(collection, read)
    return read
  }

  #of(collection: string): Pending {
    let pending = this.#pending.get(collection)
    if (pending === undefined) {
      pending = new Map()
      this.#pending.set(collection, pending)
    }
    return pending
  }
}

function isInside({ from, before }: Range, id: string): boolean {
  return (from === undefined || id >= from) && (before === undefined || id < before)
}
