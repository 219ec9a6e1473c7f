import { expect, test } from 'vitest'
import { fakeRandomness } from '#ports/fake-randomness.ts'

test('the same seed gives the same bytes, on every runtime', () => {
  const draw = fakeRandomness('a test')
  expect([draw(5), draw(0), draw(3)].map((bytes) => bytes.toHex())).toEqual([
    '8288d79df1',
    '',
    'e3430a',
  ])
})

test('other seeds give other bytes', () => {
  const first = ['', 'a', 'b', 'ab', 'ba', 0, 1, 2].map((seed) => fakeRandomness(seed)(16).toHex())
  expect(new Set(first).size).toBe(first.length)
})

test('no two draws are alike, and each value of a byte comes about as often as any other', () => {
  const draw = fakeRandomness(7)
  const counts = Array.from({ length: 256 }, () => 0)
  const draws = new Set<string>()
  for (let round = 0; round < 8000; round++) {
    const bytes = draw(32)
    draws.add(bytes.toHex())
    for (const byte of bytes) counts[byte] = (counts[byte] ?? 0) + 1
  }
  expect(draws.size).toBe(8000)
  // A thousand each; six standard deviations are 190.
  expect(Math.min(...counts)).toBeGreaterThan(800)
  expect(Math.max(...counts)).toBeLessThan(1200)
})
