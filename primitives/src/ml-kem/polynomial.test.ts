import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  accumulate,
  degree,
  encode10,
  modulus,
  multiply,
  reduce,
  transform,
  transformBack,
} from '#ml-kem/polynomial.ts'

const coefficients = fc
  .array(fc.nat(modulus - 1), { minLength: degree, maxLength: degree })
  .map((values) => Int16Array.from(values))

function residues(f: Int16Array): number[] {
  return Array.from(f, (value) => ((value % modulus) + modulus) % modulus)
}

/** The product modulo X^256 + 1, as on paper. */
function schoolbook(a: Int16Array, b: Int16Array): number[] {
  const product = Array.from({ length: degree }, () => 0)
  for (let i = 0; i < degree; i++) {
    for (let j = 0; j < degree; j++) {
      const term = (a[i] as number) * (b[j] as number)
      const at = (i + j) % degree
      const sum = (product[at] as number) + (i + j < degree ? term : -term)
      product[at] = ((sum % modulus) + modulus) % modulus
    }
  }
  return product
}

describe('polynomials of ML-KEM', () => {
  test('multiply as on paper, through the transform and back', () => {
    fc.assert(
      fc.property(coefficients, coefficients, (a, b) => {
        const [left, right, product] = [a.slice(), b.slice(), new Int16Array(degree)]
        transform(left)
        transform(right)
        accumulate(product, left, right)
        transformBack(product)
        expect(residues(product)).toEqual(schoolbook(a, b))
      }),
      { numRuns: 10 },
    )
  })

  test('reduce every number of 16 bits to its least residue', () => {
    for (let value = -32_768; value < 32_768; value++) {
      const expected = ((value % modulus) + modulus) % modulus
      if (reduce(value) !== expected)
        expect({ value, got: reduce(value) }).toEqual({ value, got: expected })
    }
  })

  test('multiply two numbers and 2^-16', () => {
    // 2^-16 modulo 3329.
    const inverse = 169
    expect((2 ** 16 * inverse) % modulus).toBe(1)
    fc.assert(
      fc.property(
        fc.integer({ min: -32_767, max: 32_767 }),
        fc.integer({ min: -modulus, max: modulus }),
        (a, b) => {
          const product = multiply(a, b)
          expect(Math.abs(product)).toBeLessThanOrEqual(modulus)
          expect((((product - a * b * inverse) % modulus) + modulus) % modulus).toBe(0)
        },
      ),
    )
  })

  test('compress every coefficient to 10 bits as rounding does', () => {
    for (let start = 0; start < modulus; start += degree) {
      const f = Int16Array.from({ length: degree }, (_, i) => (start + i) % modulus)
      const target = new Uint8Array(320)
      encode10(f, target)
      const decoded = Array.from({ length: degree }, (_, i) => {
        const at = 10 * i
        const pair = (target[at >> 3] as number) | ((target[(at >> 3) + 1] ?? 0) << 8)
        return (pair >> (at & 7)) & 0x3ff
      })
      expect(decoded).toEqual(Array.from(f, (x) => Math.round((1024 * x) / modulus) % 1024))
    }
  })
})
