import fc from 'fast-check'
import { expect, test } from 'vitest'
import { paddedLength } from '#attachments/padme.ts'

test('lengths become what the definition says', () => {
  const lengths = [0, 1, 2, 3, 4, 7, 8, 9, 10, 15, 16, 17, 100, 129, 1000, 61_425, 1_000_000]
  expect(lengths.map(paddedLength)).toEqual([
    0, 1, 2, 3, 4, 7, 8, 10, 10, 16, 16, 18, 104, 144, 1024, 61_440, 1_015_808,
  ])
  expect(paddedLength(100 * 1024 * 1024)).toBe(100 * 1024 * 1024)
})

test('no file becomes shorter, more than 12 % longer, or longer than a longer one', () => {
  const length = fc.oneof(fc.nat(100), fc.nat(100_000), fc.nat(2 ** 31 - 1))
  fc.assert(
    fc.property(length, fc.nat(1000), (shorter, more) => {
      const padded = paddedLength(shorter)
      expect(padded).toBeGreaterThanOrEqual(shorter)
      expect(padded).toBeLessThanOrEqual(shorter * 1.12)
      expect(paddedLength(padded)).toBe(padded)
      const longer = Math.min(shorter + more, 2 ** 31)
      expect(paddedLength(longer)).toBeGreaterThanOrEqual(padded)
    }),
    { numRuns: 1000 },
  )
})

test('all lengths up to 100 MiB look like one of few hundred', () => {
  const seen = new Set<number>()
  for (let length = 0; length <= 100 * 1024 * 1024; length++) {
    const padded = paddedLength(length)
    seen.add(padded)
    length = padded
  }
  expect(seen.size).toBeLessThan(700)
})

test('what is no length is refused', () => {
  for (const length of [-1, 0.5, Number.NaN, 2 ** 31 + 1, Number.POSITIVE_INFINITY]) {
    expect(() => paddedLength(length)).toThrow(RangeError)
  }
})
