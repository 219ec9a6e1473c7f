/**
 * @module SHA-2, SHA-3, BLAKE2s, HMAC and HKDF of a provider, by published vectors.
 */
import { describe, expect, test } from 'vitest'
import type { Primitives } from '#provider.ts'
import { counting, filled, hex, text } from '#suite/bytes-for-tests.ts'

export function describeHashes(p: Primitives): void {
  describe(`hashes by ${p.name}`, () => {
    test('SHA-2 gives the examples of FIPS 180-4', () => {
      expect(hex(p.sha256(text('abc')))).toBe(
        'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      )
      expect(hex(p.sha256())).toBe(
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      )
      expect(hex(p.sha256(text('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')))).toBe(
        '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
      )
      expect(hex(p.sha256(filled(1_000_000, 0x61)))).toBe(
        'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0',
      )
      expect(hex(p.sha512(text('abc')))).toBe(
        'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
          '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
      )
    })

    test('SHA-3 gives the examples of FIPS 202', () => {
      expect(hex(p.sha3_256())).toBe(
        'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a',
      )
      expect(hex(p.sha3_256(text('abc')))).toBe(
        '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
      )
      expect(hex(p.sha3_256(filled(200, 0xa3)))).toBe(
        '79f38adec5c20307a98ef76e8324afbfd46cfd81b22e3973c65fa1bd9de31787',
      )
      expect(hex(p.shake256(32))).toBe(
        '46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f',
      )
      const long = p.shake256(20_000, text('long'))
      expect(long).toHaveLength(20_000)
      expect(p.shake256(100, text('long'))).toEqual(long.slice(0, 100))
      expect(p.shake256(0, text('long'))).toHaveLength(0)
    })

    test('BLAKE2s gives the example of RFC 7693, and hashes with a key and to other lengths', () => {
      expect(hex(p.blake2s(text('abc')))).toBe(
        '508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982',
      )
      const key = counting(32)
      expect(hex(p.blake2s(new Uint8Array(0), { key }))).toBe(
        '48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49',
      )
      expect(p.blake2s(text('abc'), { key, length: 16 })).toHaveLength(16)
      expect(p.blake2s(text('abc'), { key: new Uint8Array(0) })).toEqual(p.blake2s(text('abc')))
    })

    test('HMAC gives the examples of RFC 4231', () => {
      expect(hex(p.hmacSha256(filled(20, 0x0b), text('Hi There')))).toBe(
        'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
      )
      expect(hex(p.hmacSha256(text('Jefe'), text('what do ya want '), text('for nothing?')))).toBe(
        '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
      )
      const message = 'Test Using Larger Than Block-Size Key - Hash Key First'
      expect(hex(p.hmacSha256(filled(131, 0xaa), text(message)))).toBe(
        '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
      )
    })

    test('HKDF gives the examples of RFC 5869', () => {
      expect(hex(p.hkdfSha256(counting(13), filled(22, 0x0b), counting(10, 0xf0), 42))).toBe(
        '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
      )
      expect(hex(p.hkdfSha256(undefined, filled(22, 0x0b), new Uint8Array(0), 42))).toBe(
        '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
      )
      expect(p.hkdfSha256(undefined, counting(32), text('x'), 0)).toHaveLength(0)
      const info = filled(1024, 7)
      const material = filled(20_000, 8)
      expect(hex(p.hkdfSha256(material, material, info, 40))).toBe(
        '49863a5e9ac6925ad45a89147adae75f69a743d7ca500df9dd8a986838b00eb7a21d0b5add8dcb62',
      )
      expect(p.hkdfSha256(undefined, counting(32), text('x'), 255 * 32)).toHaveLength(255 * 32)
      expect(p.hkdfSha256(new Uint8Array(32), counting(32), text('x'), 80)).toEqual(
        p.hkdfSha256(undefined, counting(32), text('x'), 80),
      )
    })

    test('count parts as their concatenation, wherever the seams are', () => {
      const data = counting(300)
      const parts = [data.subarray(0, 1), data.subarray(1, 1), data.subarray(1, 137)]
      const all = [...parts, data.subarray(137)]
      expect(p.sha256(...all)).toEqual(p.sha256(data))
      expect(p.sha512(...all)).toEqual(p.sha512(data))
      expect(p.sha3_256(...all)).toEqual(p.sha3_256(data))
      expect(p.shake256(99, ...all)).toEqual(p.shake256(99, data))
      expect(p.hmacSha256(data, ...all)).toEqual(p.hmacSha256(data, data))
      // Longer than any memory set aside for it.
      const long = filled(20_011, 5)
      const halves = [long.subarray(0, 9000), long.subarray(9000)]
      expect(p.sha256(...halves)).toEqual(p.sha256(long))
      expect(p.sha512(...halves)).toEqual(p.sha512(long))
      expect(p.sha3_256(...halves)).toEqual(p.sha3_256(long))
      expect(p.hmacSha256(long, ...halves)).toEqual(p.hmacSha256(p.sha256(long), long))
    })

    test('refuse sizes that do not exist', () => {
      const bytes = new Uint8Array(1)
      expect(() => p.shake256(-1)).toThrow(RangeError)
      expect(() => p.shake256(1.5)).toThrow(RangeError)
      expect(() => p.blake2s(bytes, { length: 0 })).toThrow(RangeError)
      expect(() => p.blake2s(bytes, { length: 33 })).toThrow(RangeError)
      expect(() => p.blake2s(bytes, { key: new Uint8Array(33) })).toThrow(RangeError)
      expect(() => p.hkdfSha256(undefined, bytes, bytes, 255 * 32 + 1)).toThrow(RangeError)
      expect(() => p.hkdfSha256(undefined, bytes, bytes, -1)).toThrow(RangeError)
      expect(() => p.hkdfSha256(undefined, bytes, new Uint8Array(1025), 32)).toThrow(RangeError)
    })
  })
}
