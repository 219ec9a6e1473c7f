import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idsPerList, listKeyOf, listsFor, readLists, writeLists } from '#attachments/piece-lists.ts'
import { chunkBytes, maxFileBytes, shapeOf } from '#attachments/stream.ts'
import { primitives } from '#attachments/world-for-tests.ts'

const idAt = (at: number): string => at.toString(16).padStart(32, 'a')
const idsOf = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => idAt(at))

test('a file has lists when a pointer cannot name its pieces, and no more than fit', () => {
  expect([0, 1, 64, 65, 3839, 3840].map(listsFor)).toEqual([0, 0, 0, 1, 1, 2])
  expect(listsFor(shapeOf(maxFileBytes)?.chunks ?? 0)).toBe(1)
  expect(idsPerList * 16).toBe(chunkBytes)
})

test('lists name the ids in order, and are all as long as a chunk', () => {
  for (const count of [1, 65, idsPerList - 1, idsPerList, idsPerList + 1, 3 * idsPerList]) {
    const ids = idsOf(count)
    const lists = writeLists(ids)
    expect(lists.map(({ length }) => length)).toEqual(lists.map(() => chunkBytes))
    expect(readLists(lists, count)).toEqual(ids)
  }
})

test('the layout is as it is written down', () => {
  const [list = new Uint8Array()] = writeLists([idAt(1), idAt(2)])
  expect(list.subarray(0, 32).toHex()).toBe(idAt(1) + idAt(2))
  expect(list.subarray(32).every((byte) => byte === 0)).toBe(true)
})

test('lists of another length, another number of ids, or with something behind them are none', () => {
  const lists = writeLists(idsOf(70))
  const [list = new Uint8Array()] = lists
  expect(readLists(lists, 69)).toBeUndefined()
  expect(readLists([...lists, list], 70)).toBeUndefined()
  expect(readLists([], 70)).toBeUndefined()
  expect(readLists([list.subarray(1)], 70)).toBeUndefined()
  const noisy = Uint8Array.from(list)
  noisy[chunkBytes - 1] = 1
  expect(readLists([noisy], 70)).toBeUndefined()
})

test('whatever is read as lists has so many ids', () => {
  const list = fc.uint8Array({ minLength: 0, maxLength: 40 }).map((start) => {
    const bytes = new Uint8Array(chunkBytes)
    bytes.set(start)
    return bytes
  })
  fc.assert(
    fc.property(fc.array(list, { maxLength: 2 }), fc.nat(8000), (lists, count) => {
      const ids = readLists(lists, count)
      if (ids !== undefined) expect(ids.length).toBe(count)
    }),
  )
})

// Computed with nothing of ours: HKDF of OpenSSL.
test('the key of the lists is another than the file key, and always the same', () => {
  expect(listKeyOf(primitives, new Uint8Array(32).fill(7)).toHex()).toBe(
    'eb6b3e2f195c9412c29734e3a5436e1a5417ff49d5d67ade6b1b52916ba70421',
  )
})
