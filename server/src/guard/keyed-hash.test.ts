import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createKeyedHash, hashKeyBytes } from '#guard/keyed-hash.ts'

const counting = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i)

/** The reference's 64 bits, low word first, cut to what a number holds. */
function cut(bytes: readonly number[]): number {
  const view = new DataView(Uint8Array.from(bytes).buffer)
  return (view.getUint32(4, true) >>> 11) * 2 ** 32 + view.getUint32(0, true)
}

describe('keyed hash', () => {
  test('agrees with the vectors of the reference implementation (hsip64)', () => {
    const hash = createKeyedHash(counting(8))
    expect(hash(counting(0))).toBe(cut([0x21, 0x8d, 0x1f, 0x59, 0xb9, 0xb8, 0x3c, 0xc8]))
    expect(hash(counting(61))).toBe(cut([0x31, 0x35, 0x63, 0xa4, 0xb7, 0xed, 0x5c, 0xf3]))
    expect(hash(counting(62))).toBe(cut([0xf9, 0x0b, 0x3a, 0xb5, 0x72, 0xd4, 0x66, 0x93]))
    expect(hash(counting(63))).toBe(cut([0x2e, 0xa6, 0x3c, 0x71, 0xbf, 0x32, 0x60, 0x87]))
  })

  test('a text is hashed as its UTF-16 code units', () => {
    const hash = createKeyedHash(counting(8))
    fc.assert(
      fc.property(fc.uint16Array(), (units) => {
        const text = String.fromCharCode(...units)
        expect(hash(text)).toBe(hash(new Uint8Array(Buffer.from(text, 'utf16le'))))
      }),
    )
  })

  test('another key gives another hash', () => {
    expect(createKeyedHash(counting(8))('192.0.2.1')).not.toBe(
      createKeyedHash(new Uint8Array(8))('192.0.2.1'),
    )
  })

  test('a key of another length is refused', () => {
    expect(() => createKeyedHash(new Uint8Array(16))).toThrow(`16 bytes of ${hashKeyBytes}`)
  })
})
