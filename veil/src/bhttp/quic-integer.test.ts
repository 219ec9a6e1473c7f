import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeInteger, encodeInteger, integerBytes } from '#bhttp/quic-integer.ts'

test.each([
  [0, '00'],
  [37, '25'],
  [63, '3f'],
  [64, '4040'],
  [15_293, '7bbd'],
  [16_383, '7fff'],
  [16_384, '80004000'],
  [494_878_333, '9d7f3e7d'],
  [1_073_741_823, 'bfffffff'],
  [1_073_741_824, 'c000000040000000'],
  [Number.MAX_SAFE_INTEGER, 'c01fffffffffffff'],
])('%i is %s, as RFC 9000 has it', (value, hex) => {
  expect(encodeInteger(value).toHex()).toBe(hex)
  expect(decodeInteger(Uint8Array.fromHex(hex))).toBe(value)
})

test('every number comes back, and says in its first byte how long it is', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      const bytes = encodeInteger(value)
      expect(decodeInteger(bytes)).toBe(value)
      expect(integerBytes(bytes[0] ?? 0)).toBe(bytes.length)
    }),
  )
})

test('the largest number of 8 bytes is beyond every safe one', () => {
  const largest = decodeInteger(new Uint8Array(8).fill(0xff))
  expect(largest).toBeGreaterThan(Number.MAX_SAFE_INTEGER)
})

test('what is no natural number is not written', () => {
  for (const value of [-1, 0.5, Number.NaN, 2 ** 53]) {
    expect(() => encodeInteger(value)).toThrow(RangeError)
  }
})
