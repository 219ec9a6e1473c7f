import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunkBytes } from '#backup/chunks.ts'
import { paddedLength } from '#backup/padded-length.ts'

test('a length is made at most 12 % longer, and never shorter', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (length) => {
      const padded = paddedLength(length)
      expect(padded).toBeGreaterThanOrEqual(length)
      expect(padded).toBeGreaterThanOrEqual(chunkBytes)
      if (length > chunkBytes) expect(padded).toBeLessThan(length * 1.12)
      expect(paddedLength(padded)).toBe(padded)
    }),
  )
})

test('few lengths are left', () => {
  const seen = new Set<number>()
  for (let length = 1; length < 64 * 1024 * 1024; length += 4099) seen.add(paddedLength(length))
  expect(seen.size).toBeLessThan(330)
})

test('just below a power of two it is that power', () => {
  for (const exponent of [17, 30, 31, 32, 40, 48, 50]) {
    expect(paddedLength(2 ** exponent - 1)).toBe(2 ** exponent)
    expect(paddedLength(2 ** exponent)).toBe(2 ** exponent)
  }
})
