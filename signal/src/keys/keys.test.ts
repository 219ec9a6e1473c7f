import { describe, expect, test } from 'vitest'
import { curveKeyPairOf, generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { decapsulateKyber, encapsulateKyber, generateKyberKeyPair } from '#keys/kyber.ts'
import {
  parseCurveKey,
  parseKyber,
  serializeCurveKey,
  serializeKyber,
} from '#keys/serialized-key.ts'
import {
  bufferOf,
  codeOf,
  flipped,
  fromHex,
  noRandomness,
  primitives,
  randomnessOf,
  toHex,
} from '#session/parties-for-tests.ts'
import { signalVectors } from '#session/vectors-for-tests.ts'

const { x25519, kyber1024 } = signalVectors()

describe('curve keys', () => {
  test('private keys are clamped, and agree as recorded', () => {
    const a = curveKeyPairOf(primitives, fromHex(x25519.privA))
    const b = curveKeyPairOf(primitives, fromHex(x25519.privB))
    expect(toHex(a.privateKey)).toBe(x25519.clampedA)
    expect(toHex(serializeCurveKey(a.publicKey))).toBe(x25519.pubA)
    expect(toHex(serializeCurveKey(b.publicKey))).toBe(x25519.pubB)
    expect(primitives.x25519(a.privateKey, b.publicKey)).toEqual(fromHex(x25519.dh))
  })

  test('what was given is copied and not changed', () => {
    const given = new Uint8Array(32).fill(0xff)
    const pair = generateCurveKeyPair(primitives, () => given)
    expect(given).toEqual(new Uint8Array(32).fill(0xff))
    expect(pair.privateKey[0]).toBe(0xf8)
    expect(pair.privateKey[31]).toBe(0x7f)
  })

  test('a private key of another length is refused', () => {
    for (const length of [0, 31, 33]) {
      expect(codeOf(() => curveKeyPairOf(primitives, new Uint8Array(length)))).toBe('invalid-key')
    }
  })
})

describe('serialised keys', () => {
  const key = fromHex(x25519.pubB)

  test('are read as they were written, also from a Buffer, without sharing memory', () => {
    expect(toHex(serializeCurveKey(parseCurveKey(key)))).toBe(x25519.pubB)
    const buffer = bufferOf(key)
    const read = parseCurveKey(buffer)
    buffer.fill(0)
    expect(toHex(serializeCurveKey(read))).toBe(x25519.pubB)
    const kyber = bufferOf(new Uint8Array(1569).fill(7))
    kyber[0] = 8
    const kyberKey = parseKyber(kyber)
    kyber.fill(0)
    expect(kyberKey).toEqual(new Uint8Array(1568).fill(7))
    expect(serializeKyber(kyberKey)[0]).toBe(8)
  })

  test('a curve key may have a tail, and nothing else wrong', () => {
    expect(parseCurveKey(Uint8Array.of(...key, 1))).toEqual(parseCurveKey(key))
    expect(codeOf(() => parseCurveKey(new Uint8Array()))).toBe('invalid-key')
    expect(codeOf(() => parseCurveKey(key.subarray(0, 32)))).toBe('invalid-key')
    for (let type = 0; type < 256; type++) {
      if (type === 5) continue
      expect(codeOf(() => parseCurveKey(Uint8Array.of(type, ...key.subarray(1))))).toBe(
        'invalid-key',
      )
    }
  })

  test.each([0x00, 0x05, 0x07, 0x0a])('Kyber of type %i is refused', (type) => {
    const bytes = new Uint8Array(1569)
    bytes[0] = type
    expect(codeOf(() => parseKyber(bytes))).toBe('invalid-key')
  })

  test.each([0, 1, 1568, 1570])('Kyber of %i bytes is refused', (length) => {
    const bytes = new Uint8Array(length).fill(8)
    expect(codeOf(() => parseKyber(bytes))).toBe('invalid-key')
  })

  test('a key of the wrong length cannot be written', () => {
    for (const length of [0, 31, 33]) {
      expect(() => serializeCurveKey(new Uint8Array(length))).toThrow(RangeError)
    }
    for (const length of [0, 1567, 1569]) {
      expect(() => serializeKyber(new Uint8Array(length))).toThrow(RangeError)
    }
  })
})

describe('Kyber of round 3', () => {
  const pair = generateKyberKeyPair(primitives, () => fromHex(kyber1024.seed_d_z))
  const encapsulation = encapsulateKyber(primitives, pair.publicKey, (length) =>
    new Uint8Array(length).fill(0x5a),
  )
  const ciphertext = encapsulation?.ciphertext ?? new Uint8Array()

  function digest(bytes: Uint8Array): string {
    return toHex(primitives.sha256(serializeKyber(bytes)))
  }

  test('gives the recorded key, ciphertext and secret', () => {
    expect(digest(pair.publicKey)).toBe(kyber1024.sha256_pub1569)
    expect(digest(ciphertext)).toBe(kyber1024.sha256_ct1569)
    expect(toHex(encapsulation?.sharedSecret ?? ciphertext)).toBe(kyber1024.kyberSharedSecret)
    expect(decapsulateKyber(primitives, pair.secretKey, ciphertext)).toEqual(
      encapsulation?.sharedSecret,
    )
  })

  test('rejects implicitly, through the same last step', () => {
    // Byte 100 of the serialised ciphertext.
    const rejected = decapsulateKyber(primitives, pair.secretKey, flipped(ciphertext, 99))
    expect(toHex(rejected ?? ciphertext)).toBe(kyber1024.rejectSecret)
  })

  test('answers undefined for a key or a ciphertext of another length, and for a key that is none', () => {
    const random = randomnessOf('unused')
    expect(encapsulateKyber(primitives, pair.publicKey.subarray(1), noRandomness)).toBeUndefined()
    const outOfRange = new Uint8Array(1568).fill(0xff)
    expect(encapsulateKyber(primitives, outOfRange, random)).toBeUndefined()
    expect(decapsulateKyber(primitives, pair.secretKey, ciphertext.subarray(1))).toBeUndefined()
  })
})
