import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  findBin,
  findText,
  isNil,
  readFlag,
  readInteger,
  readText,
  readUint,
} from '#messagepack/read.ts'
import { anyValue, fromHex } from '#messagepack/values-for-tests.ts'

describe('integers', () => {
  const readable: readonly (readonly [hex: string, value: number])[] = [
    ['00', 0],
    ['7f', 127],
    ['e0', -32],
    ['ff', -1],
    ['cc 00', 0],
    ['cc ff', 255],
    ['cd 0100', 256],
    ['ce ffffffff', 2 ** 32 - 1],
    ['cf 001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['d0 80', -128],
    ['d0 7f', 127],
    ['d1 8000', -32_768],
    ['d2 80000000', -(2 ** 31)],
    ['d3 ffe0000000000001', Number.MIN_SAFE_INTEGER],
    ['ca 3f800000', 1],
    ['cb c070100000000000', -257],
    ['cb 433fffffffffffff', Number.MAX_SAFE_INTEGER],
  ]
  test.each(readable)('%s is read', (hex, value) => {
    const bytes = fromHex(hex)
    expect(readInteger(bytes, 0)).toEqual({ value, end: bytes.length })
    expect(readUint(bytes, 0)?.value).toBe(value >= 0 ? value : undefined)
    for (let length = 0; length < bytes.length; length++) {
      expect(readInteger(bytes.subarray(0, length), 0)).toBeUndefined()
    }
  })

  test.each([
    ['2^53', 'cf 0020000000000000'],
    ['2^64 - 1', 'cf ffffffffffffffff'],
    ['-2^53', 'd3 ffe0000000000000'],
    ['1.5', 'cb 3ff8000000000000'],
    ['1.5 of four bytes', 'ca 3fc00000'],
    ['infinity', 'cb 7ff0000000000000'],
    ['not a number', 'cb 7ff8000000000000'],
    ['2^53 as a float', 'cb 4340000000000000'],
    ['nil', 'c0'],
    ['true', 'c3'],
    ['a text', 'a131'],
    ['an array', '9101'],
  ])('%s is none', (_, hex) => {
    expect(readInteger(fromHex(hex), 0)).toBeUndefined()
    expect(readUint(fromHex(hex), 0)).toBeUndefined()
  })

  test('a float of minus zero is zero', () => {
    expect(Object.is(readInteger(fromHex('cb 8000000000000000'), 0)?.value, 0)).toBe(true)
  })

  test('are those of the library', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.nat(3), (value, before) => {
        const encoded = encode(value)
        const bytes = Uint8Array.from([...new Uint8Array(before), ...encoded, 0])
        expect(readInteger(bytes, before)).toEqual({ value, end: before + encoded.length })
      }),
      { numRuns: 1000 },
    )
  })
})

describe('texts', () => {
  test('are those of the library, short and long, ASCII and not', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (value) => {
        const bytes = encode(value)
        expect(readText(bytes, 0)).toEqual({ value, end: bytes.length })
      }),
      { numRuns: 500 },
    )
  })

  test.each([
    ['31', 'bf', 31],
    ['str 8', 'd9 ff', 255],
    ['str 16', 'da 0100', 256],
    ['str 32', 'db 00010000', 65_536],
  ])('have lengths: %s', (_, header, length) => {
    const head = fromHex(header)
    const bytes = Uint8Array.from([...head, ...new Uint8Array(length).fill(0x61), 0x62])
    expect(readText(bytes, 0)).toEqual({ value: 'a'.repeat(length), end: head.length + length })
    expect(findText(bytes, 0)).toEqual({ value: head.length, end: head.length + length })
    expect(readText(bytes.subarray(0, head.length + length - 1), 0)).toBeUndefined()
    expect(findText(bytes.subarray(0, head.length + length - 1), 0)).toBeUndefined()
  })

  test.each([
    ['a lone continuation byte', 'a180'],
    ['an overlong form', 'a2c0af'],
    ['a surrogate', 'a3eda080'],
    ['a character that breaks off', 'a2e282'],
    ['a long one with a wrong end', `d940${'61'.repeat(63)}ff`],
  ])('are UTF-8: not %s', (_, hex) => {
    expect(readText(fromHex(hex), 0)).toBeUndefined()
  })

  test('keep a byte order mark', () => {
    expect(readText(fromHex('a4efbbbf61'), 0)?.value).toBe('\uFEFFa')
  })
})

describe('the rest', () => {
  test('flags and nil', () => {
    expect(readFlag(fromHex('c0c3'), 1)).toEqual({ value: true, end: 2 })
    expect(readFlag(fromHex('c2'), 0)).toEqual({ value: false, end: 1 })
    expect(readFlag(fromHex('01'), 0)).toBeUndefined()
    expect(readFlag(fromHex(''), 0)).toBeUndefined()
    expect(isNil(fromHex('c0'), 0)).toBe(true)
    expect(isNil(fromHex('c2'), 0)).toBe(false)
    expect(isNil(fromHex(''), 0)).toBe(false)
  })

  test.each([
    ['bin 8', 'c402', 2],
    ['bin 16', 'c50003', 3],
    ['bin 32', 'c600000004', 4],
  ])('a bin: %s', (_, header, length) => {
    const head = fromHex(header)
    const bytes = Uint8Array.from([...head, ...new Uint8Array(length + 1)])
    expect(findBin(bytes, 0)).toEqual({ value: head.length, end: head.length + length })
    expect(findBin(bytes.subarray(0, head.length + length - 1), 0)).toBeUndefined()
  })

  test('each reader takes its own kind only', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encode(value)
        const isText = typeof value === 'string'
        expect(readText(bytes, 0) !== undefined).toBe(isText)
        expect(findBin(bytes, 0) !== undefined).toBe(value instanceof Uint8Array)
        expect(readFlag(bytes, 0) !== undefined).toBe(typeof value === 'boolean')
        expect(isNil(bytes, 0)).toBe(value === null || value === undefined)
        expect(readInteger(bytes, 0) !== undefined).toBe(Number.isSafeInteger(value))
      }),
      { numRuns: 1000 },
    )
  })
})
