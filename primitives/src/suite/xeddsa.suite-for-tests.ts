/**
 * @module What verifying XEdDSA must do, whoever verifies Ed25519.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { groupOrder, type VerifyEd25519 } from '#ed25519.ts'
import { base64, bytes, flipped } from '#suite/bytes-for-tests.ts'
import { signXeddsa, x25519PublicKey } from '#xeddsa-sign.ts'
import { verifyXeddsa } from '#xeddsa.ts'

/** Made by libsignal's JavaScript port; each signs its signed pre-key as serialized, with the type byte. */
export const first = published(
  'BRIuBFLcmaWLKjz8LOH2Qd/fUAkb6HYd08QJPmHyyFt1',
  'BRQXbveb7AMYG+cEA+N2Pfy5+y0uHV0xb1Sn5H0btkBG',
  'bPj8X9fUEfaZj8Xcx6RIqqNeDrWLqNAFYyglE8qwdffuOp374+L2/bvSXRSg8k9TqYO+NASmt0xQY5HMpmXIAA==',
  '9a40fa66af6fd62f4a4788aab1759fe0f71276e951a842322d63537435e0b91a',
)
const second = published(
  'BY8nuEpx3Q/Z6dcZEoc06B7LopPjLII/RW7c9IkTwCRh',
  'BVnGOLxuBRVusSm8sHoeR2+4GWpsCEpR0ZKxB8NOvG16',
  'e30D/AeKDzmTbMrh2xVBDQrBydR8EbFimpX5L71Y4FAVGJ+vgONEB4QNwDx44M/+l80KMgt9vS5RREGWqC/hhQ==',
  '072bbd582190f1a2dd854dcd40ad0d42f441e510bbd7c653c85eb5fec6f6a1e0',
)

interface Published {
  readonly u: Uint8Array
  readonly message: Uint8Array
  readonly signature: Uint8Array
  readonly edwards: Uint8Array
}

function published(
  identityKey: string,
  signedPreKey: string,
  signature: string,
  edwards: string,
): Published {
  return {
    u: base64(identityKey).subarray(1),
    message: base64(signedPreKey),
    signature: base64(signature),
    edwards: bytes(edwards),
  }
}

export function describeXeddsa(name: string, verifyEd25519: VerifyEd25519): void {
  describe(`XEdDSA by ${name}`, () => {
    const verify = (u: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
      verifyXeddsa(u, message, signature, verifyEd25519)

    test('accepts what libsignal signed, with the Edwards key that libsignal derived', () => {
      for (const { u, message, signature, edwards } of [first, second]) {
        const tried: Uint8Array[] = []
        const spy: VerifyEd25519 = (key, ...rest) => {
          tried.push(key.slice())
          return verifyEd25519(key, ...rest)
        }
        expect(verifyXeddsa(u, message, signature, spy)).toBe(true)
        expect(tried).toEqual([edwards])
      }
    })

    test('refuses the bare key where the serialized one was signed', () => {
      for (const { u, message, signature } of [first, second]) {
        expect(verify(u, message.subarray(1), signature)).toBe(false)
      }
    })

    test('refuses every signature with one bit flipped, but for the bit that carries the sign', () => {
      for (let bit = 0; bit < 511; bit++) {
        const spoilt = flipped(second.signature, bit)
        expect({ bit, accepted: verify(second.u, second.message, spoilt) }).toEqual({
          bit,
          accepted: false,
        })
      }
      expect(verify(second.u, second.message, flipped(second.signature, 511))).toBe(true)
      expect(verify(first.u, first.message, flipped(first.signature, 511))).toBe(true)
    })

    test('refuses a flipped bit of message or key', () => {
      for (let bit = 0; bit < 264; bit += 11) {
        expect(verify(first.u, flipped(first.message, bit), first.signature)).toBe(false)
      }
      for (let bit = 0; bit < 256; bit += 11) {
        expect(verify(flipped(first.u, bit), first.message, first.signature)).toBe(false)
      }
    })

    test('refuses the other identity', () => {
      expect(verify(second.u, first.message, first.signature)).toBe(false)
      expect(verify(first.u, second.message, second.signature)).toBe(false)
    })

    test('refuses S + L, which libsignal lets pass', () => {
      for (const { u, message, signature } of [first, second]) {
        const spelt = signature.slice()
        const s = spelt.subarray(32)
        const carried = (s[31] ?? 0) & 0x80
        s[31] = (s[31] ?? 0) & 0x7f
        const value = s.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + groupOrder
        s.forEach((_, i) => (s[i] = Number((value >> BigInt(8 * i)) & 0xffn)))
        s[31] = (s[31] ?? 0) | carried
        expect(verify(u, message, spelt)).toBe(false)
      }
    })

    test('accepts a plain Ed25519 key mapped to Curve25519, whose signature carries no sign', () => {
      const signs = new Set<number>()
      for (let seed = 1; seed <= 8; seed++) {
        const secret = new Uint8Array(32).fill(seed)
        const key = ed25519.getPublicKey(secret)
        signs.add((key[31] ?? 0) >> 7)
        const signature = ed25519.sign(first.message, secret)
        expect(verify(ed25519.utils.toMontgomery(key), first.message, signature)).toBe(true)
      }
      expect(signs).toEqual(new Set([0, 1]))
    })

    test('refuses other lengths of signature and key', () => {
      const { u, message, signature } = first
      for (const length of [0, 63]) {
        expect(verify(u, message, signature.subarray(0, length))).toBe(false)
      }
      expect(verify(u, message, new Uint8Array([...signature, 0]))).toBe(false)
      expect(verify(u.subarray(1), message, signature)).toBe(false)
      expect(verify(new Uint8Array([5, ...u]), message, signature)).toBe(false)
    })

    test('accepts what signXeddsa signs, under any key, message and randomness', () => {
      const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
      const random = fc.uint8Array({ minLength: 64, maxLength: 64 })
      fc.assert(
        fc.property(bytes32, fc.uint8Array({ maxLength: 64 }), random, (key, message, z) => {
          const signature = signXeddsa(key, message, z)
          const u = x25519PublicKey(key)
          expect(verify(u, message, signature)).toBe(true)
          expect(verify(u, new Uint8Array([...message, 0]), signature)).toBe(false)
        }),
        { numRuns: 40 },
      )
    })

    test('leaves key, message and signature as they were', () => {
      const { u, message, signature } = second
      const before = [u.slice(), message.slice(), signature.slice()]
      verify(u, message, signature)
      expect([u, message, signature]).toEqual(before)
    })
  })
}
