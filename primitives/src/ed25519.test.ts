import { existsSync, readFileSync } from 'node:fs'
import { generateKeyPairSync, sign } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { curve25519Of } from '#curve25519-sodium.ts'
import { toScalar, verifyEd25519 as verifyByNoble } from '#ed25519-noble.ts'
import { verifyEd25519 as verifyByNode } from '#ed25519-node.ts'
import { groupOrder, isStrict } from '#ed25519.ts'
import { openSodium } from '#sodium.ts'

const { verifyEd25519: verifyBySodium } = curve25519Of(await openSodium())

const providers = [
  { name: 'node:crypto', verifyEd25519: verifyByNode },
  { name: 'noble', verifyEd25519: verifyByNoble },
  { name: 'libsodium', verifyEd25519: verifyBySodium },
]

const { Point } = ed25519
const text = new TextEncoder()

/** A point of order 8; its multiples are all eight points of small order. */
const torsion = Point.fromHex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a')
const torsionPoints = Array.from({ length: 8 }, (_, i) => torsion.multiplyUnsafe(BigInt(i)))

function littleEndian(value: bigint): Uint8Array {
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

describe.each(providers)('Ed25519 by $name', ({ verifyEd25519 }) => {
  test('accepts what the platform signs', () => {
    for (let i = 0; i < 5; i++) {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519')
      const key = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }).subarray(12))
      const message = text.encode(`message ${i}`)
      const signature = new Uint8Array(sign(null, message, privateKey))
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
          if (flip !== null) signature[flip >> 3] = (signature[flip >> 3] ?? 0) ^ (1 << (flip & 7))
          const byNoble = verifyByNoble(publicKey, message, signature)
          expect(verifyByNode(publicKey, message, signature)).toBe(byNoble)
          expect(verifyBySodium(publicKey, message, signature)).toBe(byNoble)
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

interface WycheproofFile {
  readonly numberOfTests: number
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk: string }
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly result: 'valid' | 'invalid'
    }[]
  }[]
}

const wycheproof = new URL('../../../shared/vectors/wycheproof/ed25519_test.json', import.meta.url)
const isThere = existsSync(wycheproof)

describe.skipIf(!isThere)(
  isThere ? 'Wycheproof Ed25519' : 'Wycheproof Ed25519 (../shared/vectors is not there)',
  () => {
    test.each(providers)('$name decides every vector as published', ({ verifyEd25519 }) => {
      const file: WycheproofFile = JSON.parse(readFileSync(wycheproof, 'utf8'))
      let count = 0
      for (const group of file.testGroups) {
        const key = fromHex(group.publicKey.pk)
        for (const vector of group.tests) {
          const verdict = verifyEd25519(key, fromHex(vector.msg), fromHex(vector.sig))
          expect({ tcId: vector.tcId, valid: verdict }).toEqual({
            tcId: vector.tcId,
            valid: vector.result === 'valid',
          })
          count++
        }
      }
      expect(count).toBe(file.numberOfTests)
    })
  },
)

function fromHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits, 'hex'))
}
