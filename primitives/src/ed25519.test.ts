import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, test } from 'vitest'
import { curve25519Of } from '#curve25519-sodium.ts'
import { verifyEd25519 as verifyByNoble } from '#ed25519-noble.ts'
import { groupOrder, isStrict } from '#ed25519.ts'
import { openSodium } from '#sodium.ts'
import {
  describeEd25519,
  describeEd25519Agreement,
  littleEndian,
  torsionPoints,
} from '#suite/ed25519.suite-for-tests.ts'

const { verifyEd25519: verifyBySodium } = curve25519Of(await openSodium())

describeEd25519('noble', verifyByNoble)
describeEd25519('libsodium', verifyBySodium)
describeEd25519Agreement([verifyBySodium])

describe('what is refused before a provider is asked', () => {
  const signature = new Uint8Array(64)

  test('keys whose y-coordinate has a shorter spelling', () => {
    const p = 2n ** 255n - 19n
    const sign = 2n ** 255n
    for (let y = p; y < sign; y++) {
      expect(isStrict(littleEndian(y), signature)).toBe(false)
      expect(isStrict(littleEndian(y + sign), signature)).toBe(false)
    }
    expect(isStrict(littleEndian(p - 2n), signature)).toBe(true)
    // Each byte below the top counts: this is far below p.
    for (let bit = 8n; bit < 255n; bit += 8n) {
      expect(isStrict(littleEndian(sign - 1n - (1n << bit)), signature)).toBe(true)
    }
  })

  test('the eight points of small order, with either sign bit', () => {
    for (const point of torsionPoints) {
      const bytes = point.toBytes()
      expect(isStrict(bytes, signature)).toBe(false)
      bytes[31] = (bytes[31] ?? 0) ^ 0x80
      expect(isStrict(bytes, signature)).toBe(false)
    }
  })

  test('S from L upwards, and only that', () => {
    const key = ed25519.getPublicKey(new Uint8Array(32))
    const withS = (s: bigint): Uint8Array =>
      new Uint8Array([...new Uint8Array(32), ...littleEndian(s)])
    expect(isStrict(key, withS(groupOrder - 1n))).toBe(true)
    expect(isStrict(key, withS(groupOrder))).toBe(false)
    expect(isStrict(key, withS(groupOrder + 1n))).toBe(false)
    expect(isStrict(key, withS(2n ** 256n - 1n))).toBe(false)
  })
})
