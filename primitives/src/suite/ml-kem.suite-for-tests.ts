/**
 * @module ML-KEM of a provider: vectors, implicit rejection, and what is refused.
 */
import { describe, expect, test } from 'vitest'
import type { Kem, Primitives } from '#provider.ts'
import { counting, filled, flipped, hex } from '#suite/bytes-for-tests.ts'

export function describeMlKem(p: Primitives): void {
  describe(`ML-KEM by ${p.name}`, () => {
    const seed = new Uint8Array([...counting(32), ...counting(32, 0x40)])
    const message = filled(32, 0x5a)

    test('gives the vectors of ML-KEM-768, whole and in two halves', () => {
      const { publicKey, secretKey } = p.mlKem768.keyPair(seed)
      const header = new Uint8Array([...publicKey.subarray(1152), ...p.sha3_256(publicKey)])
      expect(hex(header)).toBe(
        '5e43481c3eeb397eb192505229b67a201ea893c3e2cb32da8bc342fa4dea0578' +
          'a24e16d8f8f9383a95b77050f4d9fd2f5733eec1d63ef3c23ebf9918173669a7',
      )
      const vector = publicKey.slice(0, 1152)
      expect(hex(p.sha256(vector))).toBe(
        '61a9c583b9edb3b603c61b0da52a5014a5dfafe2df6174924882c508e419b532',
      )
      expect(hex(p.sha256(secretKey))).toBe(
        'f7e38b57ebe35a6e4216df93b6557c390f8460051b70d5d9502732b8226cff41',
      )
      const first = p.mlKem768.encapsulateFirst(header, message)
      expect(hex(p.sha256(first.ciphertext1))).toBe(
        'd254904a00c4d323ba360e8b45025a72923682e7b830779954d6556c73c25c3f',
      )
      const secret = '1345ffad8176a59e2c87a2f2118c7313a6e04ddd06ca857555f6156d4c9f4d95'
      expect(hex(first.sharedSecret)).toBe(secret)
      const ciphertext2 = p.mlKem768.encapsulateSecond(header, vector, message)
      if (ciphertext2 === undefined) throw new Error('Expected a second half')
      expect(hex(ciphertext2.subarray(0, 16))).toBe('c7b725c8236a52235574b5c61fe0d70e')
      const ciphertext = new Uint8Array([...first.ciphertext1, ...ciphertext2])
      expect(p.mlKem768.encapsulate(publicKey, message)).toEqual({
        ciphertext,
        sharedSecret: first.sharedSecret,
      })
      expect(hex(p.mlKem768.decapsulate(secretKey, ciphertext))).toBe(secret)
    })

    test('gives the vectors of ML-KEM-1024, under the last step of Kyber', () => {
      const typed = (value: Uint8Array): Uint8Array => new Uint8Array([8, ...value])
      const kyber = (secret: Uint8Array | undefined, ciphertext: Uint8Array): string =>
        hex(p.shake256(32, secret ?? new Uint8Array(0), p.sha3_256(ciphertext)))
      const { publicKey, secretKey } = p.mlKem1024.keyPair(seed)
      expect(hex(p.sha256(typed(publicKey)))).toBe(
        '14e7ef7904ce74d67b3bce2ec1b908c28ac054813c7e08af47e199ca18a4cc33',
      )
      expect(hex(p.sha256(typed(secretKey)))).toBe(
        'e0bfbed2b703e65b695495be6202baf79826ac17ac0a1fa88f63a2e200a3b3ab',
      )
      const made = p.mlKem1024.encapsulate(publicKey, message)
      if (made === undefined) throw new Error('Expected an encapsulation')
      const { ciphertext, sharedSecret } = made
      expect(hex(p.sha256(typed(ciphertext)))).toBe(
        'a398bc1bb4143dd3906b477ca12a9c7fe9043c74ffccd1ead1a4bae04cc8ca5f',
      )
      expect(hex(sharedSecret)).toBe(
        '73c1cf0080d39a69657b4a6cd48c11cf6c888d970667b00d5abbc196a5240486',
      )
      expect(p.mlKem1024.decapsulate(secretKey, ciphertext)).toEqual(sharedSecret)
      expect(kyber(sharedSecret, ciphertext)).toBe(
        'a23f7144f5ee0611ae96df2acc1226f2127c084e1bbecc034a33a78d2819ae4a',
      )
      // Byte 100 of the typed ciphertext is byte 99 of the bare one.
      const spoilt = flipped(ciphertext, 8 * 99)
      expect(kyber(p.mlKem1024.decapsulate(secretKey, spoilt), spoilt)).toBe(
        'af01d6c3fd6dcdf90d3ff103dfc74d70fb5ca9799462557eb4004a74385b3334',
      )
    })

    const kems: readonly (readonly [string, Kem])[] = [
      ['ML-KEM-768', p.mlKem768],
      ['ML-KEM-1024', p.mlKem1024],
    ]

    test.each(kems)('%s rejects implicitly, wherever a ciphertext is spoilt', (_, kem) => {
      const { publicKey, secretKey } = kem.keyPair(seed)
      const made = kem.encapsulate(publicKey, message)
      if (made === undefined) throw new Error('Expected an encapsulation')
      const z = secretKey.subarray(-32)
      const places = Array.from({ length: 12 }, (_x, i) => i * 701 + (i & 7))
      for (const bit of [...places, 8 * made.ciphertext.length - 1]) {
        const spoilt = flipped(made.ciphertext, bit)
        expect(kem.decapsulate(secretKey, spoilt)).toEqual(p.shake256(32, z, spoilt))
      }
    })

    test.each(kems)('%s refuses keys and ciphertexts that cannot be', (_, kem) => {
      const { publicKey, secretKey } = kem.keyPair(seed)
      const made = kem.encapsulate(publicKey, message)
      if (made === undefined) throw new Error('Expected an encapsulation')
      for (const at of [0, 600, publicKey.length - 35]) {
        const large = publicKey.slice()
        // A coefficient in either half of three bytes.
        large.set([0xff, large[at + 1] as number, 0xff], at - (at % 3))
        large[at - (at % 3) + 1] = 0xff
        expect(kem.encapsulate(large, message)).toBeUndefined()
      }
      // 3329 itself, in the first place.
      const least = publicKey.slice()
      least[0] = 0x01
      least[1] = ((least[1] as number) & 0xf0) | 0x0d
      expect(kem.encapsulate(least, message)).toBeUndefined()
      least[0] = 0x00
      expect(kem.encapsulate(least, message)).toBeDefined()

      expect(kem.encapsulate(publicKey.subarray(1), message)).toBeUndefined()
      expect(kem.encapsulate(new Uint8Array([...publicKey, 0]), message)).toBeUndefined()
      expect(kem.decapsulate(secretKey, made.ciphertext.subarray(1))).toBeUndefined()
      expect(kem.decapsulate(secretKey, new Uint8Array([...made.ciphertext, 0]))).toBeUndefined()
      expect(() => kem.keyPair(seed.subarray(1))).toThrow(RangeError)
      expect(() => kem.encapsulate(publicKey, message.subarray(1))).toThrow(RangeError)
      expect(() => kem.decapsulate(secretKey.subarray(1), made.ciphertext)).toThrow(RangeError)
      // FIPS 203 §7.3: a secret key that does not fit its own hash.
      const damaged = flipped(secretKey, 8 * (secretKey.length - 40))
      expect(() => kem.decapsulate(damaged, made.ciphertext)).toThrow(RangeError)
    })

    test('the second half refuses what the header does not announce', () => {
      const { publicKey } = p.mlKem768.keyPair(seed)
      const header = new Uint8Array([...publicKey.subarray(1152), ...p.sha3_256(publicKey)])
      const vector = publicKey.slice(0, 1152)
      const { mlKem768: kem } = p
      expect(kem.encapsulateSecond(header, vector, message)).toHaveLength(128)
      for (const bit of [0, 5000, 8 * 1152 - 1]) {
        expect(kem.encapsulateSecond(header, flipped(vector, bit), message)).toBeUndefined()
      }
      for (const bit of [0, 255, 256, 511]) {
        expect(kem.encapsulateSecond(flipped(header, bit), vector, message)).toBeUndefined()
      }
      // Announced, but a coefficient is too large.
      const large = vector.slice()
      large.fill(0xff, 300, 303)
      const announced = new Uint8Array(publicKey)
      announced.set(large)
      const withLarge = new Uint8Array([...header.subarray(0, 32), ...p.sha3_256(announced)])
      expect(kem.encapsulateSecond(withLarge, large, message)).toBeUndefined()
      expect(kem.encapsulateSecond(header, vector.subarray(1), message)).toBeUndefined()
      expect(() => kem.encapsulateSecond(header.subarray(1), vector, message)).toThrow(RangeError)
      expect(() => kem.encapsulateSecond(header, vector, message.subarray(1))).toThrow(RangeError)
      expect(() => kem.encapsulateFirst(header.subarray(1), message)).toThrow(RangeError)
      expect(() => kem.encapsulateFirst(header, message.subarray(1))).toThrow(RangeError)
    })
  })
}
