import libsodium from 'libsodium-wrappers-sumo'
import { describe, expect, test } from 'vitest'
import { curve25519Of } from '#curve25519-sodium.ts'
import { openSodium } from '#sodium.ts'
import { bytes } from '#suite/bytes-for-tests.ts'

const sodium = await openSodium()
const curve = curve25519Of(sodium)

/** Whether libsodium's memory holds a byte string anywhere. */
function holds(secret: Uint8Array): boolean {
  const { libsodium: compiled } = libsodium as unknown as {
    readonly libsodium: { readonly HEAPU8: Uint8Array }
  }
  const memory = compiled.HEAPU8
  const first = secret[0] ?? 0
  for (let at = memory.indexOf(first); at !== -1; at = memory.indexOf(first, at + 1)) {
    if (secret.every((byte, i) => memory[at + i] === byte)) return true
  }
  return false
}

describe('libsodium', () => {
  test('keeps no secret of a call in its memory', () => {
    const scalar = Uint8Array.from({ length: 32 }, (_, i) => (i * 97 + 8) & 0xf8)
    const message = new Uint8Array(9000).map((_, i) => (i * 31 + 5) & 0xff)
    const random = Uint8Array.from({ length: 64 }, (_, i) => (i * 59 + 1) & 0xff)
    const u = sodium.multiplyBase(scalar)
    const calls: readonly (readonly [string, () => Uint8Array | undefined])[] = [
      ['multiplyBase', () => sodium.multiplyBase(scalar)],
      ['multiplyEdwardsBase', () => sodium.multiplyEdwardsBase(scalar)],
      ['multiply', () => sodium.multiply(scalar, u)],
      ['reduce', () => sodium.reduce(random)],
      ['multiplyAdd', () => sodium.multiplyAdd(scalar, random.subarray(32), scalar)],
      ['sha512', () => sodium.sha512([message.subarray(0, 40)])],
      ['sha512 of much', () => sodium.sha512([message])],
      ['ed25519 public key', () => sodium.ed25519PublicKey(scalar)],
      ['ed25519', () => sodium.signEd25519(scalar, message)],
      ['xeddsa', () => curve.signXeddsa(scalar, message.subarray(0, 40), random)],
      ['xeddsa of much', () => curve.signXeddsa(scalar, message, random)],
      ['conversion', () => curve.x25519PrivateKeyOfEd25519(scalar)],
    ]
    for (const [name, call] of calls) {
      const result = call()
      if (result === undefined) throw new Error('Expected a result')
      const inputs = [scalar, message.subarray(0, 40), random, random.subarray(32)]
      for (const secret of [...inputs, result]) {
        const found = holds(secret.subarray(0, 16))
        expect({ name, found }).toEqual({ name, found: false })
      }
    }
    // The search finds what is there: a public key, which nobody has wiped.
    sodium.isPrimeOrder(u)
    expect(holds(u)).toBe(true)
  })

  test('multiplies and adds modulo the group order', () => {
    const scalar = (value: number): Uint8Array => {
      const bytes = new Uint8Array(32)
      bytes[0] = value
      return bytes
    }
    expect(sodium.multiplyAdd(scalar(7), scalar(8), scalar(9))).toEqual(scalar(65))
    const order = bytes('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010')
    const wide = new Uint8Array(64)
    wide.set(order)
    expect(sodium.reduce(wide)).toEqual(new Uint8Array(32))
  })

  test('signs and checks messages longer than its scratch memory', () => {
    for (const length of [4095, 4096, 4097, 100_000]) {
      const message = new Uint8Array(length).fill(3)
      const seed = new Uint8Array(32).fill(4)
      const signature = curve.signEd25519(seed, message)
      expect(curve.verifyEd25519(curve.ed25519PublicKey(seed), message, signature)).toBe(true)
      message[length - 1] = 4
      expect(curve.verifyEd25519(curve.ed25519PublicKey(seed), message, signature)).toBe(false)
    }
  })
})
