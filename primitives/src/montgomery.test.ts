import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { edwardsY, isLowOrder, montgomeryU } from '#montgomery.ts'

const p = 2n ** 255n - 19n

/** The seven keys that X25519 turns into an all-zero secret, as implementations list them. */
const lowOrder = [
  0n,
  1n,
  325606250916557431795983626356110631294008115727848805560023387167927233504n,
  39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  p - 1n,
  p,
  p + 1n,
]

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
}

function withoutSign(point: Uint8Array): Uint8Array {
  const y = point.slice()
  y[31] = (y[31] ?? 0) & 0x7f
  return y
}

describe('edwardsY', () => {
  test('undoes the map from Edwards to Montgomery', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const point = ed25519.getPublicKey(seed)
        expect(edwardsY(ed25519.utils.toMontgomery(point))).toEqual(withoutSign(point))
      }),
      { numRuns: 50 },
    )
  })

  test('satisfies y (u + 1) = u - 1 for every u that it maps', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 2n, max: p - 2n }), (u) => {
        const y = edwardsY(littleEndian(u))
        if (y === undefined) throw new Error('Expected a y-coordinate')
        const value = y.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n)
        expect(value).toBeLessThan(p)
        expect((value * (u + 1n) - (u - 1n)) % p).toBe(0n)
      }),
    )
  })

  test('refuses the seven low-order keys, each of which gives everybody the same secret', () => {
    for (const u of lowOrder) {
      expect(() => x25519.getSharedSecret(new Uint8Array(32).fill(9), littleEndian(u))).toThrow()
      expect(edwardsY(littleEndian(u))).toBeUndefined()
    }
  })

  test('refuses every u that has a shorter spelling', () => {
    for (let u = p; u < 2n ** 255n; u++) expect(edwardsY(littleEndian(u))).toBeUndefined()
    expect(edwardsY(littleEndian(9n))).toBeDefined()
    expect(edwardsY(littleEndian(9n + 2n ** 255n))).toBeUndefined()
  })

  test('refuses other lengths', () => {
    for (const length of [0, 31, 33])
      expect(edwardsY(new Uint8Array(length).fill(9))).toBeUndefined()
  })

  test('leaves its input as it was', () => {
    const u = littleEndian(9n)
    edwardsY(u)
    expect(u).toEqual(littleEndian(9n))
  })
})

describe('isLowOrder', () => {
  test('names the seven keys, with bit 255 or without, and no other', () => {
    for (const u of lowOrder) {
      expect(isLowOrder(littleEndian(u))).toBe(true)
      expect(isLowOrder(littleEndian(u + 2n ** 255n))).toBe(true)
    }
    for (const u of [2n, 9n, p - 2n, p + 2n, 2n ** 255n - 1n]) {
      expect(isLowOrder(littleEndian(u))).toBe(false)
    }
  })
})

describe('montgomeryU', () => {
  test('is the map that noble has, whichever sign the point carries', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (seed) => {
        const point = ed25519.getPublicKey(seed)
        const u = ed25519.utils.toMontgomery(point)
        expect(montgomeryU(point)).toEqual(u)
        expect(montgomeryU(withoutSign(point))).toEqual(u)
      }),
      { numRuns: 50 },
    )
  })
})
