import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readOneTimePrekeys, writeOneTimePrekeys } from '#live/one-time-prekeys.ts'
import { anyMessagePack, fromHex } from '#messagepack/values-for-tests.ts'

const keys = fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 30 })

describe('the blob of one-time keys', () => {
  test('comes back as it was written', () => {
    fc.assert(
      fc.property(keys, (all) => {
        expect(readOneTimePrekeys(writeOneTimePrekeys(all))).toEqual(all)
      }),
    )
  })

  test('is what other implementations write', () => {
    const blob = fromHex('92 9422222222 94cceecceecceeccee')
    const toy = [fromHex('22222222'), fromHex('eeeeeeee')]
    expect(new Uint8Array(writeOneTimePrekeys(toy))).toEqual(blob)
    expect(readOneTimePrekeys(blob)).toEqual(toy)
  })

  test('may hold keys as bin', () => {
    fc.assert(
      fc.property(keys, (all) => {
        expect(readOneTimePrekeys(encode(all))).toEqual(all)
      }),
    )
  })

  test.each([
    ['nothing', ''],
    ['no array', 'c0'],
    ['a bin', 'c403010203'],
    ['a key that breaks off', '92 9101 92cc'],
    ['fewer keys than it says', '93 9101 9102'],
    ['a key that is a number', '92 9101 05'],
    ['a key with an element that is no byte', '91 91cd0100'],
    ['a key in hex', '91 a23232'],
    ['a key of 65 bytes', `91 c441${'00'.repeat(65)}`],
    ['more keys than there are bytes', 'ddffffffff'],
  ])('mobium 65: holds no keys when it is undecodable: %s', (_, hex) => {
    expect(readOneTimePrekeys(fromHex(hex))).toEqual([])
  })

  test('gives a thousand keys and leaves the rest out', () => {
    const blob = encode(Array.from({ length: 1003 }, (_, i) => [i >> 8, i & 0xff]))
    const read = readOneTimePrekeys(blob)
    expect(read.length).toBe(1000)
    expect(read[999]).toEqual(new Uint8Array([3, 0xe7]))
  })

  test('is refused when its readers would not take it', () => {
    expect(() => writeOneTimePrekeys([new Uint8Array(65)])).toThrow(RangeError)
    const many = Array.from({ length: 1001 }, () => new Uint8Array())
    expect(() => writeOneTimePrekeys(many)).toThrow(RangeError)
  })

  test('is answered whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(anyMessagePack, fc.uint8Array({ maxLength: 100 })), (blob) => {
        expect(Array.isArray(readOneTimePrekeys(blob))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})
