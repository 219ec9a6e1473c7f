/**
 * @module AES and the AEADs of a provider: published examples, and what is refused.
 */
import { describe, expect, test } from 'vitest'
import type { Aead, Primitives } from '#provider.ts'
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

export function describeCiphers(p: Primitives): void {
  describe(`ciphers by ${p.name}`, () => {
    const key = bytes('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4')
    const block = '6bc1bee22e409f96e93d7e117393172a'

    test('AES gives the examples of SP 800-38A, with padding behind them', () => {
      const sealed = p.encryptAesCbc(key, counting(16), bytes(block))
      expect(hex(sealed.subarray(0, 16))).toBe('f58c4c04d6e5f1ba779eabfb5f7bfbd6')
      expect(sealed).toHaveLength(32)
      expect(hex(p.decryptAesCbc(key, counting(16), sealed))).toBe(block)
      expect(hex(p.aesCtr(key, counting(16, 0xf0), bytes(block)))).toBe(
        '601ec313775789a5b7a7f504bbf3d228',
      )
    })

    test('AES-CBC takes every length back, and refuses what is no whole block or wrongly padded', () => {
      const iv = filled(16, 3)
      for (const length of [0, 1, 15, 16, 17, 1000]) {
        const sealed = p.encryptAesCbc(key, iv, filled(length, 7))
        expect(sealed).toHaveLength(length - (length % 16) + 16)
        expect(p.decryptAesCbc(key, iv, sealed)).toEqual(filled(length, 7))
        expect(p.decryptAesCbc(key, iv, sealed.subarray(1))).toBeUndefined()
      }
      expect(p.decryptAesCbc(key, iv, new Uint8Array(0))).toBeUndefined()
      // The last byte of the padding, by the block before it or by the iv.
      const sealed = p.encryptAesCbc(key, iv, new Uint8Array(0))
      for (const value of [0, 17, 255]) {
        const bent = withLast(iv, 3 ^ 16 ^ value, 15)
        expect(p.decryptAesCbc(key, bent, sealed)).toBeUndefined()
      }
      // One byte among the padding.
      expect(p.decryptAesCbc(key, flipped(iv, 40), sealed)).toBeUndefined()
    })

    test('AES-CTR goes both ways and carries over all 16 bytes', () => {
      const data = counting(100)
      const counter = filled(16, 0xff)
      const sealed = p.aesCtr(key, counter, data)
      expect(p.aesCtr(key, counter, sealed)).toEqual(data)
      expect(p.aesCtr(key, new Uint8Array(16), data.subarray(16))).toEqual(sealed.slice(16))
      expect(p.aesCtr(key, counter, new Uint8Array(0))).toHaveLength(0)
    })

    test('the AEADs give published examples', () => {
      const zero = new Uint8Array(32)
      const nonce = new Uint8Array(12)
      expect(hex(p.aesGcm.seal(zero, nonce, new Uint8Array(16)))).toBe(
        'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
      )
      // RFC 8452 appendix C.2.
      const one = withFirst(new Uint8Array(32), 1)
      const three = withFirst(new Uint8Array(12), 3)
      expect(hex(p.aesGcmSiv.seal(one, three, new Uint8Array(0)))).toBe(
        '07f5f4169bbf55a8400cd47ea6fd400f',
      )
      expect(hex(p.aesGcmSiv.seal(one, three, bytes('0100000000000000')))).toBe(
        'c2ef328e5c71c83b843122130f7364b761e0b97427e3df28',
      )
      // RFC 8439 §2.8.2.
      const sealed = p.chaCha20Poly1305.seal(
        counting(32, 0x80),
        bytes('070000004041424344454647'),
        text(
          "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
        ),
        bytes('50515253c0c1c2c3c4c5c6c7'),
      )
      expect(hex(sealed.subarray(0, 16))).toBe('d31a8d34648e60db7b86afbc53ef7ec2')
      expect(hex(sealed.subarray(-16))).toBe('1ae10b594f09e26a7e902ecbd0600691')
    })

    const aeads: readonly (readonly [string, Aead])[] = [
      ['AES-GCM', p.aesGcm],
      ['AES-GCM-SIV', p.aesGcmSiv],
      ['ChaCha20-Poly1305', p.chaCha20Poly1305],
    ]

    test.each(aeads)('%s opens what it sealed and nothing else', (_, aead) => {
      const nonce = counting(12)
      const associated = text('associated')
      for (const length of [0, 1, 31, 500]) {
        const plaintext = filled(length, 9)
        const sealed = aead.seal(key, nonce, plaintext, associated)
        expect(sealed).toHaveLength(length + 16)
        expect(aead.open(key, nonce, sealed, associated)).toEqual(plaintext)
        expect(aead.open(key, nonce, sealed)).toBeUndefined()
        expect(aead.open(key, nonce, sealed, text('associateD'))).toBeUndefined()
        expect(aead.open(key, counting(12, 1), sealed, associated)).toBeUndefined()
        expect(aead.open(flipped(key, 3), nonce, sealed, associated)).toBeUndefined()
      }
      const sealed = aead.seal(key, nonce, text('plain'))
      for (let bit = 0; bit < 8 * sealed.length; bit++) {
        expect(aead.open(key, nonce, flipped(sealed, bit))).toBeUndefined()
      }
      for (let length = 0; length < sealed.length; length++) {
        expect(aead.open(key, nonce, sealed.subarray(0, length))).toBeUndefined()
      }
      expect(aead.seal(key, nonce, text('plain'), new Uint8Array(0))).toEqual(sealed)
    })

    test('refuse sizes that the caller controls', () => {
      const data = new Uint8Array(16)
      for (const wrong of [0, 15, 16, 24, 33].map((length) => new Uint8Array(length))) {
        expect(() => p.encryptAesCbc(wrong, data, data)).toThrow(RangeError)
        expect(() => p.decryptAesCbc(wrong, data, data)).toThrow(RangeError)
        expect(() => p.aesCtr(wrong, data, data)).toThrow(RangeError)
        for (const [, aead] of aeads) {
          expect(() => aead.seal(wrong, counting(12), data)).toThrow(RangeError)
          expect(() => aead.open(wrong, counting(12), data)).toThrow(RangeError)
          expect(() => aead.seal(key, wrong, data)).toThrow(RangeError)
          expect(() => aead.open(key, wrong, data)).toThrow(RangeError)
        }
        if (wrong.length === 16) continue
        expect(() => p.encryptAesCbc(key, wrong, data)).toThrow(RangeError)
        expect(() => p.decryptAesCbc(key, wrong, data)).toThrow(RangeError)
        expect(() => p.aesCtr(key, wrong, data)).toThrow(RangeError)
      }
    })
  })
}
