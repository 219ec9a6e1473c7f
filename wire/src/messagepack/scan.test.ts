import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encode } from '@msgpack/msgpack'
import { readArrayHeader, readMapHeader, skipValue } from '#messagepack/scan.ts'
import { anyMessagePack, fromHex } from '#messagepack/values-for-tests.ts'

const text = (length: number): string => '61'.repeat(length)

/** One value of each format of the specification, the smallest and others. */
const formats: readonly (readonly [name: string, hex: string])[] = [
  ['positive fixint 0', '00'],
  ['positive fixint 127', '7f'],
  ['empty fixmap', '80'],
  ['fixmap', '81 a161 01'],
  ['empty fixarray', '90'],
  ['fixarray of fixarrays', '92 9101 9102'],
  ['empty fixstr', 'a0'],
  ['fixstr of 31', `bf ${text(31)}`],
  ['nil', 'c0'],
  ['false', 'c2'],
  ['true', 'c3'],
  ['empty bin 8', 'c4 00'],
  ['bin 8', 'c4 02 0102'],
  ['bin 16', 'c5 0002 0102'],
  ['bin 32', 'c6 00000002 0102'],
  ['ext 8', 'c7 02 01 0102'],
  ['empty ext 8', 'c7 00 01'],
  ['ext 16', 'c8 0002 01 0102'],
  ['ext 32', 'c9 00000002 01 0102'],
  ['float 32', 'ca 3f800000'],
  ['float 64', 'cb 3ff0000000000000'],
  ['uint 8', 'cc ff'],
  ['uint 16', 'cd ffff'],
  ['uint 32', 'ce ffffffff'],
  ['uint 64', 'cf ffffffffffffffff'],
  ['int 8', 'd0 80'],
  ['int 16', 'd1 8000'],
  ['int 32', 'd2 80000000'],
  ['int 64', 'd3 8000000000000000'],
  ['fixext 1', 'd4 01 00'],
  ['fixext 2', 'd5 01 0000'],
  ['fixext 4', `d6 01 ${text(4)}`],
  ['fixext 8', `d7 01 ${text(8)}`],
  ['fixext 16', `d8 01 ${text(16)}`],
  ['str 8', 'd9 01 61'],
  ['str 16', 'da 0001 61'],
  ['str 32', 'db 00000001 61'],
  ['array 16', 'dc 0002 01 02'],
  ['array 32', 'dd 00000002 01 02'],
  ['map 16', 'de 0001 a161 01'],
  ['map 32', 'df 00000001 a161 01'],
  ['negative fixint -32', 'e0'],
  ['negative fixint -1', 'ff'],
]

describe('skipping a value', () => {
  test.each(formats)('ends behind %s, wherever it stands', (_, hex) => {
    const value = fromHex(hex)
    expect(skipValue(value, 0)).toBe(value.length)
    const among = Uint8Array.from([0xc0, ...value, 0xc1, 0xc1])
    expect(skipValue(among, 1)).toBe(1 + value.length)
  })

  test.each(formats)('refuses %s when its end is missing', (_, hex) => {
    const value = fromHex(hex)
    for (let length = 0; length < value.length; length++) {
      expect(skipValue(value.subarray(0, length), 0)).toBeUndefined()
    }
  })

  test('agrees with the library on where any value ends', () => {
    fc.assert(
      fc.property(anyMessagePack, fc.uint8Array({ maxLength: 4 }), (value, rest) => {
        expect(skipValue(Uint8Array.from([...value, ...rest]), 0)).toBe(value.length)
      }),
      { numRuns: 500 },
    )
  })

  test('refuses every value whose end is missing', () => {
    fc.assert(
      fc.property(anyMessagePack, (value) => {
        for (let length = 0; length < value.length; length++) {
          expect(skipValue(value.subarray(0, length), 0)).toBeUndefined()
        }
      }),
    )
  })

  test('never goes behind the end of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(70), (bytes, at) => {
        const end = skipValue(bytes, at)
        if (end === undefined) return
        expect(end).toBeGreaterThan(at)
        expect(end).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: 5000 },
    )
  })

  test('refuses the byte that no value begins with', () => {
    expect(skipValue(fromHex('c1'), 0)).toBeUndefined()
    expect(skipValue(fromHex('92 01 c1'), 0)).toBeUndefined()
  })

  test('refuses a place outside of the bytes', () => {
    const bytes = fromHex('c0')
    for (const at of [-1, 1, 2, Number.NaN]) expect(skipValue(bytes, at)).toBeUndefined()
  })

  test.each([
    ['array', 'dd ffffffff'],
    ['map', 'df ffffffff'],
    ['map with one value too few', 'df 00000003 c0c0c0c0c0'],
    ['text', 'db ffffffff'],
    ['bin', 'c6 ffffffff'],
    ['extension', 'c9 ffffffff 01'],
  ])('believes no length that does not fit: %s', (_, hex) => {
    expect(skipValue(fromHex(hex), 0)).toBeUndefined()
  })

  test('goes 32 containers deep and no deeper', () => {
    const nested = (depth: number): Uint8Array =>
      Uint8Array.from([...Array.from({ length: depth }, () => 0x91), 0xc0])
    expect(skipValue(nested(32), 0)).toBe(33)
    expect(skipValue(nested(33), 0)).toBeUndefined()
    expect(skipValue(nested(1_000_000), 0)).toBeUndefined()
  })

  test('goes as deep as it is told, and counts what lies beside each other once', () => {
    const flat = fromHex('93 9101 9102 81a16101')
    expect(skipValue(flat, 0, 2)).toBe(flat.length)
    expect(skipValue(flat, 0, 1)).toBeUndefined()
    expect(skipValue(fromHex('01'), 0, 0)).toBe(1)
    expect(skipValue(fromHex('90'), 0, 0)).toBeUndefined()
  })
})

describe('headers', () => {
  test.each([
    [0, '80', '90', 1],
    [15, '8f', '9f', 1],
    [16, 'de0010', 'dc0010', 3],
    [65_536, 'df00010000', 'dd00010000', 5],
    [2 ** 32 - 1, 'dfffffffff', 'ddffffffff', 5],
  ])('announce %i entries', (count, map, array, end) => {
    expect(readMapHeader(fromHex(map), 0)).toEqual({ value: count, end })
    expect(readArrayHeader(fromHex(array), 0)).toEqual({ value: count, end })
    expect(readMapHeader(fromHex(array), 0)).toBeUndefined()
    expect(readArrayHeader(fromHex(map), 0)).toBeUndefined()
  })

  test('are not there when their bytes are missing', () => {
    for (const hex of ['', 'de', 'de00', 'df000000']) {
      expect(readMapHeader(fromHex(hex), 0)).toBeUndefined()
    }
    for (const hex of ['', 'dc', 'dc00', 'dd000000']) {
      expect(readArrayHeader(fromHex(hex), 0)).toBeUndefined()
    }
  })

  test('are read at their place', () => {
    const bytes = encode([1, { a: 1, b: 2 }])
    expect(readMapHeader(bytes, 2)).toEqual({ value: 2, end: 3 })
  })
})
