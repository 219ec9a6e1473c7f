import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fakeRandomness } from '#ports/fake-randomness.ts'
import { collector } from '#snapshot/collector.ts'
import { mostPieceBytes, type Part, splitSnapshot } from '#snapshot/parts.ts'
import { primitives } from '#vault/vault-for-tests.ts'

const device = { primitives }
const random = fakeRandomness('collector')
const idOf = (number: number): Uint8Array => Uint8Array.of(number)
const numbersOf = (ids: readonly Uint8Array[]): readonly number[] =>
  ids.map((id) => id[0] ?? 0).toSorted((a, b) => a - b)
const three = (counter: number): readonly Part[] =>
  splitSnapshot(device, counter, random(3 * mostPieceBytes))

test('of two snapshots whose parts come mixed, the newer whole one counts', () => {
  const all = [...three(1), ...three(2)].map((part, at) => ({ id: idOf(at), part }))
  fc.assert(
    fc.property(fc.shuffledSubarray(all, { minLength: 6, maxLength: 6 }), (mixed) => {
      const collected = collector(device)
      for (const { id, part } of mixed) collected.add(id, part)
      const newest = collected.newest()
      expect(newest?.counter).toBe(2)
      expect(collected.isExpecting()).toBe(false)
      expect(numbersOf(newest === undefined ? [] : collected.olderThan(newest))).toEqual([0, 1, 2])
      expect(collected.newest(newest?.digest)?.counter).toBe(1)
      expect(collected.all()).toHaveLength(6)
    }),
  )
})

test('a newer one that is not whole is waited for, and takes nothing away', () => {
  const collected = collector(device)
  const [older, newer] = [three(1), three(2)]
  for (const [at, part] of older.entries()) collected.add(idOf(at), part)
  for (const [at, part] of newer.slice(0, 2).entries()) collected.add(idOf(10 + at), part)
  const newest = collected.newest()
  if (newest === undefined) throw new Error('there is one')
  expect(newest.counter).toBe(1)
  expect(collected.isExpecting()).toBe(true)
  expect(collected.olderThan(newest)).toEqual([])
})

test('what comes twice counts once: the same envelope, and the same part in another one', () => {
  const collected = collector(device)
  const parts = three(1)
  for (const [at, part] of parts.entries()) {
    collected.add(idOf(at), part)
    collected.add(idOf(at), part)
    collected.add(idOf(10 + at), part)
  }
  const newest = collected.newest()
  if (newest === undefined) throw new Error('there is one')
  expect(collected.all()).toHaveLength(6)
  expect(numbersOf(collected.olderThan(newest))).toEqual([10, 11, 12])
})

test('two that were counted alike are in the same order for everybody', () => {
  const sets = [three(1), three(1)]
  const newestOf = (order: readonly (readonly Part[])[]): string | undefined => {
    const collected = collector(device)
    for (const [at, part] of order.flat().entries()) collected.add(idOf(at), part)
    return collected.newest()?.digest
  }
  expect(newestOf(sets)).toBe(newestOf(sets.toReversed()))
})

test('it holds no more than a bounded number of bytes', () => {
  const collected = collector(device)
  const piece = new Uint8Array(mostPieceBytes)
  for (let counter = 0; counter < 300; counter++) {
    const part = { counter, digest: counter.toString(16).padStart(64, '0'), index: 0, count: 2 }
    collected.add(Uint8Array.of(counter >> 8, counter), { ...part, piece })
  }
  expect(collected.all().length).toBe(192)
  expect(collected.newest()).toBeUndefined()
})
