import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { divide, multiply } from '#spqr/gf65536.ts'

/** By shifting and adding, straight from the definition. */
function multiplySlowly(a: number, b: number): number {
  let product = 0
  let shifted = a
  for (let rest = b; rest > 0; rest >>= 1) {
    if (rest & 1) product ^= shifted
    shifted <<= 1
    if (shifted & 0x10000) shifted ^= 0x1100b
  }
  return product
}

const element = fc.integer({ min: 0, max: 0xffff })

describe('the field of 65,536 elements', () => {
  test('has the products and quotients of the vectors', () => {
    expect(multiply(0x0002, 0x8000)).toBe(0x100b)
    expect(multiply(0x1234, 0x5678)).toBe(0x6324)
    expect(multiply(0xffff, 0xffff)).toBe(0x0733)
    expect(multiply(0x00f5, 0x0093)).toBe(0x74cf)
    expect(divide(0x0001, 0x0002)).toBe(0x8805)
    expect(divide(0x1234, 0x5678)).toBe(0x18f2)
  })

  test('multiplies by its definition', () => {
    fc.assert(
      fc.property(element, element, (a, b) => {
        expect(multiply(a, b)).toBe(multiplySlowly(a, b))
      }),
      { numRuns: 2000 },
    )
  })

  test('divides what it multiplied', () => {
    fc.assert(
      fc.property(element, fc.integer({ min: 1, max: 0xffff }), (a, b) => {
        expect(divide(multiply(a, b), b)).toBe(a)
      }),
      { numRuns: 2000 },
    )
  })

  test('has an inverse of every element but 0', () => {
    for (let a = 1; a <= 0xffff; a++) {
      if (multiply(a, divide(1, a)) !== 1) throw new Error(`${a} has no inverse`)
    }
    expect(() => divide(1, 0)).toThrow(RangeError)
  })
})
