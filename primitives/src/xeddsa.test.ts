import { describe, expect, test } from 'vitest'
import { curve25519Of } from '#curve25519-sodium.ts'
import { verifyEd25519 as verifyByNoble } from '#ed25519-noble.ts'
import type { VerifyEd25519 } from '#ed25519.ts'
import { openSodium } from '#sodium.ts'
import { bufferOf, bytes, hex, text } from '#suite/bytes-for-tests.ts'
import { describeXeddsa, first } from '#suite/xeddsa.suite-for-tests.ts'
import { signXeddsa, x25519PublicKey } from '#xeddsa-sign.ts'
import { verifyXeddsa } from '#xeddsa.ts'

describeXeddsa('noble', verifyByNoble)
describeXeddsa('libsodium', curve25519Of(await openSodium()).verifyEd25519)

describe('what XEdDSA refuses before any curve arithmetic', () => {
  const never: VerifyEd25519 = () => {
    throw new Error('Expected a refusal before the provider is asked')
  }

  test('low-order and non-canonical keys', () => {
    const p = 2n ** 255n - 19n
    const spellings = [0n, 1n, p - 1n, p, p + 1n, p + 9n, 9n + 2n ** 255n]
    for (const value of spellings) {
      const u = Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
      expect(verifyXeddsa(u, first.message, first.signature, never)).toBe(false)
    }
  })

  test('signatures of another length', () => {
    const longer = new Uint8Array([...first.signature, 0])
    expect(verifyXeddsa(first.u, first.message, longer, never)).toBe(false)
    expect(verifyXeddsa(first.u, first.message, first.signature.subarray(1), never)).toBe(false)
  })

  test('S that is not reduced', () => {
    const signature = first.signature.slice()
    signature.fill(0xff, 32)
    expect(verifyXeddsa(first.u, first.message, signature, never)).toBe(false)
  })
})

describe('signXeddsa', () => {
  const random = (byte: number): Uint8Array => new Uint8Array(64).fill(byte)

  test('signs byte for byte as libsignal does, with either sign', () => {
    const counting = Uint8Array.from({ length: 32 }, (_, i) => i + 1)
    expect(hex(signXeddsa(counting, text('xeddsa vector'), random(7)))).toBe(
      'b577f7ee1c30828dfadd9dcd1ea9d8681312e6e524c5763ea128b19968e43fd3' +
        '7df7c92b061e9fe96328956189e78b953054dbdb85a79c535ca767a7e2fafd8c',
    )
    const ones = new Uint8Array(32).fill(1)
    expect(hex(x25519PublicKey(ones))).toBe(
      'a4e09292b651c278b9772c569f5fa9bb13d906b46ab68c9df9dc2b4409f8a209',
    )
    expect(hex(signXeddsa(ones, text('m'), random(9)))).toBe(
      'ddeb392a062c2bb5f23367e6b62dd0045edf756f3265191b28841e3ecbf9e43f' +
        '41a43bf5caae0972e84f16752b625f0be4735202cb1f7f3b5d235fb73f8e9603',
    )
  })

  test('signs differently with different randomness', () => {
    const key = new Uint8Array(32).fill(1)
    expect(signXeddsa(key, text('m'), random(1))).not.toEqual(signXeddsa(key, text('m'), random(2)))
  })

  test('names the length that is wrong', () => {
    expect(() => signXeddsa(new Uint8Array(31), text('m'), random(1))).toThrow(
      'Cannot sign: private key has 31 bytes of 32',
    )
    expect(() => signXeddsa(new Uint8Array(32), text('m'), new Uint8Array(32))).toThrow(
      'Cannot sign: 32 random bytes of 64',
    )
  })

  test('leaves key and randomness as they were', () => {
    const key = new Uint8Array(32).fill(0xff)
    const z = random(5)
    signXeddsa(key, text('m'), z)
    expect([key, z]).toEqual([new Uint8Array(32).fill(0xff), random(5)])
  })
})

test('a signature by libsignal itself is accepted', () => {
  const u = bytes('7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14')
  const signature = bytes(
    '44fa3d23d55c4ab0858db32f52043986d20b0ff3844cb67bcf5285cde213e4e6' +
      '93b00058b13781fb019bdc8ccdc6a410e4720e0fe1df688123b53a7fff9f9289',
  )
  expect(verifyXeddsa(u, text('from libsignal'), signature, verifyByNoble)).toBe(true)
})

test('signing and verifying leave a Buffer that was handed in as it was', () => {
  const privateKey = bufferOf(new Uint8Array(32).fill(7))
  const message = bufferOf(text('a message'))
  const signature = bufferOf(signXeddsa(privateKey, message, new Uint8Array(64).fill(9)))
  expect(hex(privateKey)).toBe('07'.repeat(32))
  signature[63] = (signature[63] as number) | 0x80
  const before = hex(signature)
  verifyXeddsa(x25519PublicKey(privateKey), message, signature, verifyByNoble)
  expect(hex(signature)).toBe(before)
})
