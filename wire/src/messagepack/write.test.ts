import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBytes } from '#live/byte-forms.ts'
import { skipValue } from '#messagepack/scan.ts'
import { fromHex } from '#messagepack/values-for-tests.ts'
import { MessagePackWriter } from '#messagepack/write.ts'

function written(write: (writer: MessagePackWriter) => void): Uint8Array {
  const writer = new MessagePackWriter(1)
  write(writer)
  return new Uint8Array(writer.finish())
}

/** Both sides of each place where another format begins. */
const edges = [
  0,
  0x7f,
  0x80,
  0xff,
  0x100,
  0xffff,
  0x1_0000,
  0xffff_ffff,
  0x1_0000_0000,
  Number.MAX_SAFE_INTEGER,
  -1,
  -0x20,
  -0x21,
  -0x80,
  -0x81,
  -0x8000,
  -0x8001,
  -0x8000_0000,
  -0x8000_0001,
  Number.MIN_SAFE_INTEGER,
]

describe('a writer', () => {
  test.each(edges)('writes %i in its shortest form, as the library does', (value) => {
    expect(written((writer) => writer.integer(value))).toEqual(encode(value))
  })

  test('writes integers as the library does', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(written((writer) => writer.integer(value))).toEqual(encode(value))
      }),
    )
  })

  test.each([Number.NaN, 1.5, 2 ** 53, Number.POSITIVE_INFINITY])(
    'refuses %d as an integer',
    (value) => {
      expect(() => written((writer) => writer.integer(value))).toThrow(RangeError)
    },
  )

  test.each([0, 31, 32, 255, 256, 65_535, 65_536])(
    'writes %i bytes as the library does',
    (size) => {
      const bytes = Uint8Array.from({ length: size }, (_, i) => i)
      expect(written((writer) => writer.bin(bytes))).toEqual(encode(bytes))
      expect(written((writer) => writer.text('a'.repeat(size)))).toEqual(encode('a'.repeat(size)))
      expect(written((writer) => writer.intArray(bytes))).toEqual(encode([...bytes]))
    },
  )

  test.each([0, 15, 16, 65_535, 65_536])('writes headers of %i', (count) => {
    const array = encode(Array.from({ length: count }, () => null))
    expect(written((writer) => writer.arrayHeader(count))).toEqual(
      array.subarray(0, array.length - count),
    )
    const map = encode(Object.fromEntries(Array.from({ length: count }, (_, i) => [i, null])))
    const header = written((writer) => writer.mapHeader(count))
    expect(header).toEqual(map.subarray(0, header.length))
  })

  test('writes texts as the library does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (value) => {
        expect(written((writer) => writer.text(value))).toEqual(encode(value))
      }),
    )
  })

  test('writes flags, nil, and what is MessagePack already', () => {
    const bytes = written((writer) => {
      writer.arrayHeader(4)
      writer.flag(true)
      writer.flag(false)
      writer.nil()
      writer.raw(fromHex('920102'))
    })
    expect(bytes).toEqual(encode([true, false, null, [1, 2]]))
  })

  test('grows with what is written', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 30 }), (all) => {
        const bytes = written((writer) => {
          for (const each of all) writer.intArray(each)
        })
        let at = 0
        for (const each of all) {
          expect(readBytes(bytes, at)).toMatchObject({ value: each, form: 'array' })
          at = skipValue(bytes, at) ?? Number.NaN
        }
        expect(at).toBe(bytes.length)
      }),
    )
  })

  test('gives a copy that is no longer than it needs to be, and that later writing does not change', () => {
    const writer = new MessagePackWriter()
    writer.integer(1)
    const before = writer.finish()
    writer.integer(2)
    expect([...before]).toEqual([1])
    expect([...writer.finish()]).toEqual([1, 2])
    expect(writer.finish().buffer.byteLength).toBe(2)
  })
})
