/**
 * @module X25519, XEdDSA and Ed25519 of a provider, by the vectors of their RFCs and of libsignal.
 */
import { describe, expect, test } from 'vitest'
import type { Primitives } from '#provider.ts'
import {
  bytes,
  counting,
  filled,
  flipped,
  hex,
  text,
  withFirst,
  withLast,
} from '#suite/bytes-for-tests.ts'

export function describeCurve25519(p: Primitives, isFast: boolean): void {
  describe(`Curve25519 by ${p.name}`, () => {
    const privateA = bytes('0002030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f60')
    const publicA = bytes('07a37cbc142093c8b755dc1b10e86cb426374ad16aa853ed0bdfc0b2b86d1c7c')
    const publicB = bytes('5714769d116bf76436ae74bc793d2c30ad1903c59ac5273805c7e2698b410c36')

    test('X25519 gives the vectors of RFC 7748 and of libsignal', () => {
      const shared = p.x25519(
        bytes('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4'),
        bytes('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c'),
      )
      expect(hex(shared)).toBe('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552')
      const alice = bytes('77076d0a7318a57d3c16c17251b26645df4c2f92ebc099ac42b0eeb3a4e4a1c0')
      // Not clamped: RFC 7748 §6.1 has 2a as its last byte, whose upper bits do not count.
      expect(hex(p.x25519PublicKey(withLast(alice, 0x2a)))).toBe(
        hex(p.x25519PublicKey(withLast(alice, 0x6a))),
      )
      // The private key as drawn and as clamped are one key.
      expect(p.x25519PublicKey(counting(32, 1))).toEqual(publicA)
      expect(p.x25519PublicKey(privateA)).toEqual(publicA)
      expect(p.x25519PublicKey(counting(32, 0x65))).toEqual(publicB)
      expect(hex(p.x25519(privateA, publicB))).toBe(
        'c9ea6a3f79a000b60b076d4afc990b272f3f0b5aaa3f0b8713c209273e363863',
      )
      expect(hex(p.x25519PublicKey(filled(32, 0x42)))).toBe(
        '132c442be010fbd57e72603328aa76e71fccc1503aae219327d14d9c9993f472',
      )
    })

    test.skipIf(!isFast)('X25519 gives the iterated vectors of RFC 7748 §5.2', () => {
      let k: Uint8Array = withFirst(new Uint8Array(32), 9)
      let u = k
      for (let i = 1; i <= 1000; i++) {
        const next = p.x25519(k, u)
        if (next === undefined) throw new Error('Expected a shared secret')
        u = k
        k = next
        if (i === 1) {
          expect(hex(k)).toBe('422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079')
        }
      }
      expect(hex(k)).toBe('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51')
    })

    test('X25519 ignores bit 255 of a public key and refuses every key of low order', () => {
      const marked = withLast(publicB, (publicB[31] as number) | 0x80)
      expect(p.x25519(privateA, marked)).toEqual(p.x25519(privateA, publicB))
      for (const u of lowOrderKeys()) {
        expect({ u: hex(u), shared: p.x25519(privateA, u) }).toEqual({
          u: hex(u),
          shared: undefined,
        })
        expect(p.isPrimeOrderX25519Key(u)).toBe(false)
      }
    })

    test('the check of a base key wants it canonical and without torsion', () => {
      expect(p.isPrimeOrderX25519Key(publicA)).toBe(true)
      expect(p.isPrimeOrderX25519Key(publicB)).toBe(true)
      expect(p.isPrimeOrderX25519Key(new Uint8Array(32))).toBe(false)
      expect(p.isPrimeOrderX25519Key(withLast(publicA, (publicA[31] as number) | 0x80))).toBe(false)
      const pPlusTwo = withFirst(withLast(filled(32, 0xff), 0x7f), 0xef)
      expect(p.isPrimeOrderX25519Key(pPlusTwo)).toBe(false)
      expect(p.isPrimeOrderX25519Key(new Uint8Array(31))).toBe(false)
      expect(p.isPrimeOrderX25519Key(new Uint8Array(33))).toBe(false)
      // Half of all u are on the curve, and an eighth of those is in the subgroup. Calculated with BigInt alone.
      const answers = Array.from({ length: 40 }, (_, i) =>
        Number(p.isPrimeOrderX25519Key(withFirst(new Uint8Array(32), i))),
      )
      expect(answers.join('')).toBe(primeOrderOfSmall)
    })

    test('XEdDSA signs byte for byte as libsignal does, whichever sign the key has', () => {
      const first = p.signXeddsa(counting(32, 1), text('xeddsa vector'), filled(64, 7))
      expect(hex(first)).toBe(
        'b577f7ee1c30828dfadd9dcd1ea9d8681312e6e524c5763ea128b19968e43fd3' +
          '7df7c92b061e9fe96328956189e78b953054dbdb85a79c535ca767a7e2fafd8c',
      )
      expect(p.signXeddsa(privateA, text('xeddsa vector'), filled(64, 7))).toEqual(first)
      const second = p.signXeddsa(filled(32, 1), text('m'), filled(64, 9))
      expect(hex(second)).toBe(
        'ddeb392a062c2bb5f23367e6b62dd0045edf756f3265191b28841e3ecbf9e43f' +
          '41a43bf5caae0972e84f16752b625f0be4735202cb1f7f3b5d235fb73f8e9603',
      )
      // A second time, when the point may be remembered, and long messages too.
      expect(p.signXeddsa(filled(32, 1), text('m'), filled(64, 9))).toEqual(second)
      const long = filled(10_000, 4)
      const signer = p.x25519PublicKey(filled(32, 1))
      const signature = p.signXeddsa(filled(32, 1), long, filled(64, 9))
      expect(p.verifyXeddsa(signer, long, signature)).toBe(true)
      expect(p.verifyXeddsa(signer, long.subarray(1), signature)).toBe(false)
    })

    test('XEdDSA accepts what libsignal signed, and nothing with one bit flipped', () => {
      const signer = bytes('7b0d47d93427f8311160781c7c733fd89f88970aef490d8aa0ee19a4cb8a1b14')
      const message = text('from libsignal')
      const signature = bytes(
        '44fa3d23d55c4ab0858db32f52043986d20b0ff3844cb67bcf5285cde213e4e6' +
          '93b00058b13781fb019bdc8ccdc6a410e4720e0fe1df688123b53a7fff9f9289',
      )
      expect(p.verifyXeddsa(signer, message, signature)).toBe(true)
      for (let bit = 0; bit < 511; bit += 17) {
        expect(p.verifyXeddsa(signer, message, flipped(signature, bit))).toBe(false)
      }
      for (let bit = 0; bit < 256; bit += 19) {
        expect(p.verifyXeddsa(flipped(signer, bit), message, signature)).toBe(false)
      }
      expect(p.verifyXeddsa(signer, text('from Libsignal'), signature)).toBe(false)
      expect(p.verifyXeddsa(signer, message, signature.subarray(1))).toBe(false)
      expect(p.verifyXeddsa(signer.subarray(1), message, signature)).toBe(false)
    })

    test('Ed25519 gives the vectors of RFC 8032 §7.1', () => {
      for (const { seed, key, message, signature } of rfc8032) {
        expect(hex(p.ed25519PublicKey(bytes(seed)))).toBe(key)
        expect(hex(p.signEd25519(bytes(seed), bytes(message)))).toBe(signature)
        expect(p.verifyEd25519(bytes(key), bytes(message), bytes(signature))).toBe(true)
        expect(p.verifyEd25519(bytes(key), bytes(`${message}00`), bytes(signature))).toBe(false)
        expect(p.verifyEd25519(bytes(key), bytes(message), flipped(bytes(signature), 300))).toBe(
          false,
        )
      }
    })

    test('Ed25519 keys become X25519 keys that belong together', () => {
      for (let i = 0; i < 4; i++) {
        const seed = filled(32, i + 40)
        const privateKey = p.x25519PrivateKeyOfEd25519(seed)
        expect(privateKey).toHaveLength(32)
        expect((privateKey[0] as number) & 7).toBe(0)
        expect((privateKey[31] as number) >> 6).toBe(1)
        expect(p.x25519PublicKeyOfEd25519(p.ed25519PublicKey(seed))).toEqual(
          p.x25519PublicKey(privateKey),
        )
      }
      const neutral = withFirst(new Uint8Array(32), 1)
      const noPoint = withFirst(new Uint8Array(32), 2)
      for (const key of [neutral, noPoint, new Uint8Array(32), filled(32, 0xff), counting(31)]) {
        expect(p.x25519PublicKeyOfEd25519(key)).toBeUndefined()
      }
    })

    test('refuses sizes that the caller controls', () => {
      const short = new Uint8Array(31)
      const long = new Uint8Array(33)
      for (const wrong of [short, long, new Uint8Array(0)]) {
        expect(() => p.x25519PublicKey(wrong)).toThrow(RangeError)
        expect(() => p.x25519(wrong, publicB)).toThrow(RangeError)
        expect(() => p.x25519(privateA, wrong)).toThrow(RangeError)
        expect(() => p.signXeddsa(wrong, short, filled(64, 1))).toThrow(RangeError)
        expect(() => p.signXeddsa(privateA, short, wrong)).toThrow(RangeError)
        expect(() => p.ed25519PublicKey(wrong)).toThrow(RangeError)
        expect(() => p.signEd25519(wrong, short)).toThrow(RangeError)
        expect(() => p.x25519PrivateKeyOfEd25519(wrong)).toThrow(RangeError)
        expect(p.verifyEd25519(wrong, short, filled(64, 1))).toBe(false)
        expect(p.verifyEd25519(publicB, short, wrong)).toBe(false)
      }
    })
  })
}

/** The seven keys of RFC 7748 §6.1's check, each also with bit 255 set. */
function lowOrderKeys(): readonly Uint8Array[] {
  const spellings = [
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].map(bytes)
  return [...spellings, ...spellings.map((u) => withLast(u, (u[31] as number) | 0x80))]
}

/** For u = 0 … 39: whether the point is in the prime-order subgroup. */
const primeOrderOfSmall = '0000000001000000100000000000000000100000'

const rfc8032 = [
  {
    seed: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    seed: '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
]
