import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { equalBytes, wipe } from '#constant-time.ts'

describe('equalBytes', () => {
  test('says what a comparison of the texts says', () => {
    const bytes = fc.uint8Array({ maxLength: 4, max: 3 })
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(a.join() === b.join())
      }),
    )
  })

  test('sees a difference in any single bit', () => {
    const bytes = Uint8Array.from({ length: 32 }, (_, i) => i * 7)
    expect(equalBytes(bytes, bytes.slice())).toBe(true)
    for (let bit = 0; bit < 256; bit++) {
      const other = bytes.slice()
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(equalBytes(bytes, other)).toBe(false)
    }
  })

  test('tells a prefix from the whole', () => {
    expect(equalBytes(new Uint8Array(3), new Uint8Array(4))).toBe(false)
    expect(equalBytes(new Uint8Array(), new Uint8Array())).toBe(true)
  })
})

test('wipe leaves zeros in everything that it is given, and only there', () => {
  const whole = new Uint8Array([1, 2, 3, 4])
  const other = new Uint8Array([5])
  wipe(whole.subarray(1, 3), other)
  expect([...whole]).toEqual([1, 0, 0, 4])
  expect([...other]).toEqual([0])
})
