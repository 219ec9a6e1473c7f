/**
 * @module The suite that every storage passes. It is the port's documentation: what a storage may not do stands here as
 * a test that fails when it does it.
 */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { isSottoError, type SottoErrorCode } from '#errors.ts'
import type { Change, Range, Shelf, Storage, StoredRecord } from '#ports/storage.ts'

export interface Backend {
  /** An empty shelf. */
  readonly shelf: () => Promise<Shelf>
  /** The same shelf, as somebody else would open it; undefined when it lives as long as its object. */
  readonly again: ((shelf: Shelf) => Promise<Shelf>) | undefined
  /** How many records the largest test writes. */
  readonly many: number
}

const all: Range = { limit: 1_000_000 }

export function storageContract(name: string, backend: Backend): void {
  const opened: Storage[] = []
  const shelves: Shelf[] = []
  afterEach(async () => {
    for (const storage of opened.splice(0)) await storage[Symbol.asyncDispose]()
    for (const shelf of shelves.splice(0)) {
      for (const profile of await shelf.names()) await shelf.remove(profile)
    }
  })

  const newShelf = async (): Promise<Shelf> => {
    const shelf = await backend.shelf()
    shelves.push(shelf)
    return shelf
  }
  const open = async (
    shelf: Shelf,
    mode: 'create' | 'existing',
    profile = 'profile',
  ): Promise<Storage> => {
    const storage = await shelf.open(profile, mode)
    opened.push(storage)
    return storage
  }
  const newStorage = async (): Promise<Storage> => open(await newShelf(), 'create')

  describe(`${name}: a storage`, () => {
    test('gives back what was put, and nothing where nothing was', async () => {
      const storage = await newStorage()
      expect(await storage.get('notes', 'a')).toBeUndefined()
      expect(await storage.list('notes', all)).toEqual([])
      await storage.write([put('notes', 'a', 'first'), put('notes', 'b', '')])
      expect(textOf(await storage.get('notes', 'a'))).toBe('first')
      expect(textOf(await storage.get('notes', 'b'))).toBe('')
      expect(await storage.get('other', 'a')).toBeUndefined()
      await storage.write([put('notes', 'a', 'second')])
      expect(textOf(await storage.get('notes', 'a'))).toBe('second')
    })

    test('deletes what is there, and is content with what is not', async () => {
      const storage = await newStorage()
      await storage.write([put('notes', 'a'), put('notes', 'b')])
      await storage.write([remove('notes', 'a'), remove('notes', 'never'), remove('none', 'a')])
      expect(idsOf(await storage.list('notes', all))).toEqual(['b'])
    })

    test('applies the changes of a write in their order', async () => {
      const storage = await newStorage()
      await storage.write([
        ...[put('notes', 'a', 'first'), remove('notes', 'a'), put('notes', 'a', 'last')],
        ...[put('notes', 'b', 'only'), remove('notes', 'b')],
      ])
      expect(await textsIn(storage, 'notes')).toEqual([['a', 'last']])
      await storage.write([])
      expect(await textsIn(storage, 'notes')).toEqual([['a', 'last']])
    })

    test('lists in the order of ASCII, not of an alphabet, and each collection for itself', async () => {
      const storage = await newStorage()
      const inOrder = [' ', '!', '10', '9', 'A', 'Z', 'Za', '_', 'a', 'aa', 'b', '~', '~~']
      await storage.write(inOrder.toReversed().map((id) => put('notes', id, id)))
      await storage.write([put('note', '5'), put('notes-b', '5')])
      expect(idsOf(await storage.list('notes', all))).toEqual(inOrder)
      expect(idsOf(await storage.list('notes', { ...all, order: 'descending' }))).toEqual(
        inOrder.toReversed(),
      )
    })

    test.each<[what: string, range: Range, ids: string]>([
      ['a first id is part of it', { from: 'c', limit: 9 }, 'cdef'],
      ['a first id need not be there', { from: 'bb', limit: 9 }, 'cdef'],
      ['the id before which it ends is not part of it', { before: 'c', limit: 9 }, 'ab'],
      ['both bounds', { from: 'b', before: 'e', limit: 9 }, 'bcd'],
      ['bounds between which there is nothing', { from: 'bb', before: 'bc', limit: 9 }, ''],
      ['bounds that are one', { from: 'c', before: 'c', limit: 9 }, ''],
      ['bounds the wrong way round', { from: 'e', before: 'b', limit: 9 }, ''],
      ['bounds of no letters', { from: '', before: '', limit: 9 }, ''],
      ['bounds beyond all ids', { from: '', before: '\u{10ffff}', limit: 9 }, 'abcdef'],
      ['the first few', { limit: 2 }, 'ab'],
      ['the last few', { limit: 2, order: 'descending' }, 'fe'],
      ['a few from', { from: 'c', limit: 2, order: 'ascending' }, 'cd'],
      ['the last few before', { before: 'e', limit: 2, order: 'descending' }, 'dc'],
      ['descending to a bound', { from: 'c', limit: 9, order: 'descending' }, 'fedc'],
    ])('lists a range: %s', async (_, range, ids) => {
      const storage = await newStorage()
      await storage.write(['b', 'a', 'd', 'c', 'f', 'e'].map((id) => put('notes', id, `of ${id}`)))
      const found = await storage.list('notes', range)
      expect(idsOf(found).join('')).toBe(ids)
      for (const { id, value } of found) expect(textOf(value)).toBe(`of ${id}`)
    })

    test('writes all or nothing: one change that cannot be leaves the others undone', async () => {
      const storage = await newStorage()
      await storage.write([put('notes', 'a', 'before')])
      const failing = [put('notes', 'a', 'after'), put('notes', 'b'), put('notes', 'ä')]
      await refuses(() => storage.write(failing), 'invalid-argument')
      expect(await textsIn(storage, 'notes')).toEqual([['a', 'before']])
    })

    test('copies in: what the caller changes afterwards is not stored', async () => {
      const storage = await newStorage()
      const memory = Uint8Array.of(9, 1, 2, 3, 9)
      const written = storage.write([
        { kind: 'put', collection: 'notes', id: 'a', value: memory.subarray(1, 4) },
      ])
      memory.fill(7)
      await written
      memory.fill(8)
      expect(await storage.get('notes', 'a')).toEqual(Uint8Array.of(1, 2, 3))
    })

    test('copies out: what the caller does with a value changes no record', async () => {
      const storage = await newStorage()
      await storage.write([put('notes', 'a', 'kept')])
      ;(await storage.get('notes', 'a'))?.fill(0)
      for (const { value } of await storage.list('notes', all)) value.fill(0)
      expect(textOf(await storage.get('notes', 'a'))).toBe('kept')
      expect(await textsIn(storage, 'notes')).toEqual([['a', 'kept']])
    })

    test('keeps the order of writes that do not wait for each other, and reads what was written before', async () => {
      const storage = await newStorage()
      const writes = Array.from({ length: 50 }, (_, i) =>
        storage.write([put('notes', 'a', `${i}`), put('notes', `id ${i}`)]),
      )
      const read = storage.get('notes', 'a')
      await Promise.all(writes)
      expect(textOf(await read)).toBe('49')
      expect(await storage.list('notes', all)).toHaveLength(51)
    })

    test('takes values of 5 MB', async () => {
      const storage = await newStorage()
      const value = new Uint8Array(5_000_000)
      for (let at = 0; at < value.length; at += 997) value[at] = at & 0xff
      await storage.write([
        { kind: 'put', collection: 'files', id: 'a', value },
        { kind: 'put', collection: 'files', id: 'b', value: value.subarray(1) },
      ])
      expect(await sameBytes(storage.get('files', 'a'), value)).toBe(true)
      const listed = await storage.list('files', all)
      expect(listed.map((record) => record.value.length)).toEqual([5_000_000, 4_999_999])
    })

    test(`finds its way among ${backend.many} records`, async () => {
      const storage = await newStorage()
      const idOf = (i: number): string => `${(i * 7919) % backend.many}`.padStart(6, '0')
      for (let start = 0; start < backend.many; start += 10_000) {
        const length = Math.min(10_000, backend.many - start)
        const changes = Array.from({ length }, (_, i) => put('notes', idOf(start + i), 'x'))
        await storage.write(changes)
      }
      const middle = `${Math.floor(backend.many / 2)}`.padStart(6, '0')
      const [next] = await storage.list('notes', { from: middle, limit: 1 })
      expect(next?.id).toBe(middle)
      const [last] = await storage.list('notes', { order: 'descending', limit: 1 })
      expect(last?.id).toBe(`${backend.many - 1}`.padStart(6, '0'))
      expect(await storage.list('notes', all)).toHaveLength(backend.many)
    }, 60_000)

    test('does what a map would do, whatever is asked of it', async () => {
      const shelf = await newShelf()
      let runs = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
          await using storage = await shelf.open(`run-${runs++}`, 'create')
          const model = new Map<string, string>()
          for (const { changes, range } of steps) {
            await storage.write(changes)
            for (const change of changes) applyTo(model, change)
            for (const collection of collections) {
              const found = await storage.list(collection, range)
              const texts = found.map(({ id, value }) => [id, textOf(value)])
              expect(texts).toEqual(listOf(model, collection, range))
            }
          }
        }),
        { numRuns: 30 },
      )
    }, 60_000)

    const hostile: readonly (readonly [what: string, collection: string, id: string])[] = [
      ['an id of no letters', 'notes', ''],
      ['an id of 257 letters', 'notes', 'a'.repeat(257)],
      ['an id with a letter beyond ASCII', 'notes', 'ä'],
      ['an id with a control character', 'notes', 'a\n'],
      ['an id with a zero', 'notes', 'a\0b'],
      ['a collection of no letters', '', 'a'],
      ['a collection in upper case', 'Notes', 'a'],
      ['a collection with a digit', 'notes2', 'a'],
      ['a collection that begins with a hyphen', '-notes', 'a'],
      ['a collection with a line break', 'notes\n', 'a'],
    ]
    test.each(hostile)('refuses %s', async (_, collection, id) => {
      const storage = await newStorage()
      await refuses(() => storage.get(collection, id), 'invalid-argument')
      await refuses(() => storage.write([put(collection, id)]), 'invalid-argument')
      await refuses(() => storage.write([remove(collection, id)]), 'invalid-argument')
    })

    test('takes ids of 256 characters, each of those that print', async () => {
      const storage = await newStorage()
      const printable = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')
      const ids = [printable, 'x'.repeat(256), "'; DROP TABLE record; --", '%_', '__proto__']
      await storage.write(ids.map((id) => put('notes', id, id)))
      for (const id of ids) expect(textOf(await storage.get('notes', id))).toBe(id)
    })

    test.each([0, -1, 1.5, NaN, Infinity])('refuses to list %d records', async (limit) => {
      const storage = await newStorage()
      await refuses(() => storage.list('notes', { limit }), 'invalid-argument')
    })

    test('answers nothing any more once it is disposed, which may happen twice', async () => {
      const storage = await newStorage()
      await storage.write([put('notes', 'a')])
      await storage[Symbol.asyncDispose]()
      await storage[Symbol.asyncDispose]()
      await refuses(() => storage.get('notes', 'a'), 'closed')
      await refuses(() => storage.list('notes', all), 'closed')
      await refuses(() => storage.write([]), 'closed')
    })
  })

  describe(`${name}: a shelf`, () => {
    test('names its profiles in order', async () => {
      const shelf = await newShelf()
      expect(await shelf.names()).toEqual([])
      for (const profile of ['work', 'home', '-', '007', 'a'.repeat(32)]) {
        await open(shelf, 'create', profile)
      }
      expect(await shelf.names()).toEqual(['-', '007', 'a'.repeat(32), 'home', 'work'])
    })

    test('keeps profiles apart, and what is in them while they are closed', async () => {
      const shelf = await newShelf()
      for (const profile of ['home', 'work']) {
        await using storage = await shelf.open(profile, 'create')
        await storage.write([put('notes', 'a', profile)])
      }
      for (const profile of ['home', 'work']) {
        const storage = await open(shelf, 'existing', profile)
        expect(await textsIn(storage, 'notes')).toEqual([['a', profile]])
      }
    })

    test('creates no profile twice, whether the first is open or not', async () => {
      const shelf = await newShelf()
      const storage = await open(shelf, 'create')
      await storage.write([put('notes', 'a', 'kept')])
      await refuses(() => shelf.open('profile', 'create'), 'profile-exists')
      await storage[Symbol.asyncDispose]()
      await refuses(() => shelf.open('profile', 'create'), 'profile-exists')
      expect(await textsIn(await open(shelf, 'existing'), 'notes')).toEqual([['a', 'kept']])
    })

    test('of two that create the same profile at once, one does', async () => {
      const shelf = await newShelf()
      const both = await Promise.allSettled([open(shelf, 'create'), open(shelf, 'create')])
      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    })

    test('opens no profile that is not there, and does not make it by trying', async () => {
      const shelf = await newShelf()
      await refuses(() => shelf.open('profile', 'existing'), 'profile-not-found')
      await refuses(() => shelf.remove('profile'), 'profile-not-found')
      expect(await shelf.names()).toEqual([])
    })

    test('opens a profile once at a time, and does not harm the one that has it', async () => {
      const shelf = await newShelf()
      const storage = await open(shelf, 'create')
      const other = (await backend.again?.(shelf)) ?? shelf
      for (const one of [shelf, other]) {
        await refuses(() => one.open('profile', 'existing'), 'profile-in-use')
        await refuses(() => one.remove('profile'), 'profile-in-use')
      }
      await storage.write([put('notes', 'a', 'kept')])
      await storage[Symbol.asyncDispose]()
      const next = await open(other, 'existing')
      expect(await textsIn(next, 'notes')).toEqual([['a', 'kept']])
      await refuses(() => shelf.open('profile', 'existing'), 'profile-in-use')
    })

    test('removes all of a profile, and gives its name again', async () => {
      const shelf = await newShelf()
      for (const profile of ['home', 'work']) {
        await using storage = await shelf.open(profile, 'create')
        await storage.write([put('notes', 'a', profile)])
      }
      await shelf.remove('home')
      expect(await shelf.names()).toEqual(['work'])
      await refuses(() => shelf.open('home', 'existing'), 'profile-not-found')
      const storage = await open(shelf, 'create', 'home')
      expect(await textsIn(storage, 'notes')).toEqual([])
    })

    const names = [
      '',
      'a'.repeat(33),
      'Home',
      'hö',
      'a b',
      'a.b',
      'a_b',
      '../a',
      '/a',
      'a\n',
      'a\0',
    ]
    test.each(names)('refuses the name %j', async (profile) => {
      const shelf = await newShelf()
      await refuses(() => shelf.open(profile, 'create'), 'invalid-argument')
      await refuses(() => shelf.open(profile, 'existing'), 'invalid-argument')
      await refuses(() => shelf.remove(profile), 'invalid-argument')
      expect(await shelf.names()).toEqual([])
    })

    if (backend.again === undefined) return
    const again = backend.again
    test('finds everything again when it is opened anew', async () => {
      const shelf = await newShelf()
      const storage = await open(shelf, 'create')
      await storage.write([put('notes', 'a', 'one'), put('notes', 'b', 'two')])
      await storage.write([remove('notes', 'a')])
      await storage[Symbol.asyncDispose]()
      const other = await again(shelf)
      expect(await other.names()).toEqual(['profile'])
      expect(await textsIn(await open(other, 'existing'), 'notes')).toEqual([['b', 'two']])
    })
  })
}

export async function refuses(call: () => Promise<unknown>, code: SottoErrorCode): Promise<void> {
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(isSottoError(error) ? error.code : error).toBe(code)
}

function put(collection: string, id: string, text = 'text'): Change {
  return { kind: 'put', collection, id, value: new TextEncoder().encode(text) }
}

function remove(collection: string, id: string): Change {
  return { kind: 'delete', collection, id }
}

function textOf(value: Uint8Array | undefined): string | undefined {
  return value === undefined ? undefined : new TextDecoder().decode(value)
}

function idsOf(records: readonly StoredRecord[]): readonly string[] {
  return records.map(({ id }) => id)
}

async function textsIn(
  storage: Storage,
  collection: string,
): Promise<readonly (readonly [id: string, text: string | undefined])[]> {
  return (await storage.list(collection, all)).map(({ id, value }) => [id, textOf(value)])
}

/** `toEqual` takes seconds for millions of numbers. */
async function sameBytes(
  found: Promise<Uint8Array | undefined>,
  expected: Uint8Array,
): Promise<boolean> {
  const bytes = await found
  return bytes?.length === expected.length && bytes.every((byte, at) => byte === expected[at])
}

const collections = ['notes', 'other'] as const
const id = fc.string({
  unit: fc.constantFrom(' ', 'a', 'A', 'z', '~', '0'),
  minLength: 1,
  maxLength: 2,
})
const bound = fc.option(id, { nil: undefined })

const step: fc.Arbitrary<{ readonly changes: readonly Change[]; readonly range: Range }> =
  fc.record({
    changes: fc.array(
      fc
        .tuple(fc.boolean(), fc.constantFrom(...collections), id, fc.string({ maxLength: 3 }))
        .map(([isPut, collection, place, text]) =>
          isPut ? put(collection, place, text) : remove(collection, place),
        ),
      { maxLength: 8 },
    ),
    range: fc.record({
      from: bound,
      before: bound,
      order: fc.constantFrom('ascending', 'descending', undefined),
      limit: fc.integer({ min: 1, max: 12 }),
    }),
  })

function applyTo(model: Map<string, string>, change: Change): void {
  const key = `${change.collection}\0${change.id}`
  if (change.kind === 'put') model.set(key, new TextDecoder().decode(change.value))
  else model.delete(key)
}

function listOf(
  model: ReadonlyMap<string, string>,
  collection: string,
  { from, before, order, limit }: Range,
): readonly (readonly [id: string, text: string])[] {
  const records = [...model]
    .filter(([key]) => key.startsWith(`${collection}\0`))
    .map(([key, text]) => [key.slice(collection.length + 1), text] as const)
    .filter(
      ([place]) =>
        (from === undefined || place >= from) && (before === undefined || place < before),
    )
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  return (order === 'descending' ? records.toReversed() : records).slice(0, limit)
}
