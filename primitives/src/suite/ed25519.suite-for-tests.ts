/**
 * @module What verifying Ed25519 must do, and that all do it alike.
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toScalar, verifyEd25519 as verifyByNoble } from '#ed25519-noble.ts'
import { groupOrder, type VerifyEd25519 } from '#ed25519.ts'

const { Point } = ed25519
const text = new TextEncoder()

/** A point of order 8; its multiples are all eight points of small order. */
const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
export const torsionPoints = Array.from({ length: 8 }, (_, i) => torsion.multiplyUnsafe(BigInt(i)))

export function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn))
}

function challenge(r: Uint8Array, a: Uint8Array, message: Uint8Array): bigint {
  return toScalar(sha512(new Uint8Array([...r, ...a, ...message])))
}

/** Signs with chosen values, so that keys and commitments can carry a part of small order. */
function signWith(parts: {
  readonly secret: bigint
  readonly nonce: bigint
  readonly keyTorsion: number
  readonly commitmentTorsion: number
  readonly message: Uint8Array
}): { readonly publicKey: Uint8Array; readonly signature: Uint8Array; readonly h: bigint } {
  const point = (scalar: bigint, index: number): Uint8Array =>
    Point.BASE.multiplyUnsafe(scalar)
      .add(torsion.multiplyUnsafe(BigInt(index)))
      .toBytes()
  const publicKey = point(parts.secret, parts.keyTorsion)
  const r = point(parts.nonce, parts.commitmentTorsion)
  const h = challenge(r, publicKey, parts.message)
  const s = (parts.nonce + h * parts.secret) % groupOrder
  return { publicKey, signature: new Uint8Array([...r, ...littleEndian(s)]), h }
}

export function describeEd25519(name: string, verifyEd25519: VerifyEd25519): void {
  describe(`Ed25519 by ${name}`, () => {
    test('accepts what the platform signs', async () => {
      for (let i = 0; i < 5; i++) {
        const pair = await crypto.subtle.generateKey('Ed25519', true, ['sign'])
        if (!('privateKey' in pair)) throw new Error('Expected a key pair')
        const key = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
        const message = text.encode(`message ${i}`)
        const made = await crypto.subtle.sign('Ed25519', pair.privateKey, message)
        const signature = new Uint8Array(made)
        expect(verifyEd25519(key, message, signature)).toBe(true)
        expect(verifyEd25519(key, text.encode('another'), signature)).toBe(false)
      }
    })

    test('refuses a signature that only the equation with the cofactor accepts', () => {
      const message = text.encode('torsion')
      const parts = { secret: 1234n, nonce: 5678n, keyTorsion: 0, message }
      const honest = signWith({ ...parts, commitmentTorsion: 0 })
      expect(verifyEd25519(honest.publicKey, message, honest.signature)).toBe(true)

      const tainted = signWith({ ...parts, commitmentTorsion: 1 })
      expect(ed25519.verify(tainted.signature, message, tainted.publicKey, { zip215: false })).toBe(
        true,
      )
      expect(verifyEd25519(tainted.publicKey, message, tainted.signature)).toBe(false)
    })

    test('refuses keys of small order even where the equation holds', () => {
      for (const point of torsionPoints) {
        const key = point.toBytes()
        // R = B and S = 1 fit as soon as the challenge is a multiple of eight: [1]B - [h]A = B.
        const r = Point.BASE.toBytes()
        let counter = 0
        while (challenge(r, key, text.encode(String(counter))) % 8n !== 0n) counter++
        const message = text.encode(String(counter))
        const h = challenge(r, key, message)
        expect(Point.BASE.subtract(point.multiplyUnsafe(h)).toBytes()).toEqual(r)
        const signature = new Uint8Array([...r, ...littleEndian(1n)])
        expect(verifyEd25519(key, message, signature)).toBe(false)
      }
    })

    test('refuses S + L, the same signature spelt again', () => {
      const message = text.encode('malleable')
      const secret = new Uint8Array(32).fill(3)
      const signature = ed25519.sign(message, secret)
      const key = ed25519.getPublicKey(secret)
      expect(verifyEd25519(key, message, signature)).toBe(true)
      const s = toScalar(signature.subarray(32))
      for (const same of [s + groupOrder, s + 2n * groupOrder]) {
        const again = new Uint8Array([...signature.subarray(0, 32), ...littleEndian(same)])
        expect(verifyEd25519(key, message, again)).toBe(false)
      }
    })

    test('answers false, without throwing, for keys that are no points and for wrong lengths', () => {
      const message = text.encode('x')
      const signature = new Uint8Array(64)
      const notAPoint = littleEndian(2n)
      expect(() => Point.fromBytes(notAPoint)).toThrow()
      expect(verifyEd25519(notAPoint, message, signature)).toBe(false)
      expect(verifyEd25519(new Uint8Array(31), message, signature)).toBe(false)
      expect(verifyEd25519(new Uint8Array(33), message, signature)).toBe(false)
      expect(
        verifyEd25519(ed25519.getPublicKey(new Uint8Array(32)), message, new Uint8Array(63)),
      ).toBe(false)
    })
  })
}

/** Also for keys and commitments that carry a part of small order. */
export function describeEd25519Agreement(verifiers: readonly VerifyEd25519[]): void {
  describe('all providers', () => {
    test('answer alike, for signatures with parts of small order and for spoilt ones', () => {
      const small = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 7 }))
      const scalar = fc.bigInt({ min: 1n, max: groupOrder - 1n })
      let accepted = 0
      fc.assert(
        fc.property(
          scalar,
          scalar,
          small,
          small,
          fc.uint8Array({ maxLength: 40 }),
          fc.option(fc.nat(511), { freq: 2 }),
          (secret, nonce, keyTorsion, commitmentTorsion, message, flip) => {
            const { publicKey, signature, h } = signWith({
              secret,
              nonce,
              keyTorsion,
              commitmentTorsion,
              message,
            })
            if (flip !== null)
              signature[flip >> 3] = (signature[flip >> 3] ?? 0) ^ (1 << (flip & 7))
            const byNoble = verifyByNoble(publicKey, message, signature)
            for (const verify of verifiers) {
              expect(verify(publicKey, message, signature)).toBe(byNoble)
            }
            if (flip === null) {
              // [S]B - [h]A = R holds exactly when the small parts cancel.
              const cancels = (BigInt(commitmentTorsion) + h * BigInt(keyTorsion)) % 8n === 0n
              expect(byNoble).toBe(cancels)
              accepted += Number(cancels)
            }
          },
        ),
        { numRuns: 150 },
      )
      expect(accepted).toBeGreaterThan(0)
    })
  })
}
