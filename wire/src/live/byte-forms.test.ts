import { encode } from '@msgpack/msgpack'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBytes, readRaw, writeBytes, type BytesForm } from '#live/byte-forms.ts'
import { skipValue } from '#messagepack/scan.ts'
import { anyMessagePack, fromHex } from '#messagepack/values-for-tests.ts'
import { MessagePackWriter } from '#messagepack/write.ts'

const writers: Readonly<Record<BytesForm, (bytes: Uint8Array) => Uint8Array>> = {
  array: (bytes) => encode([...bytes]),
  bin: (bytes) => encode(bytes),
  hex: (bytes) => encode(bytes.toHex()),
}

describe.each(Object.entries(writers))('bytes as %s', (form, write) => {
  test('are read as they were written, wherever they stand', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(3), (value, before) => {
        const bytes = write(value)
        const frame = Uint8Array.from([...new Uint8Array(before), ...bytes, 0xc1])
        expect(readBytes(frame, before)).toEqual({ value, end: before + bytes.length, form })
        expect(readBytes(frame.subarray(before), 0)).toEqual({ value, end: bytes.length, form })
      }),
    )
  })

  test('are not read when their end is missing', () => {
    const bytes = write(Uint8Array.from({ length: 300 }, (_, i) => i))
    for (let length = 0; length < bytes.length; length++) {
      expect(readBytes(bytes.subarray(0, length), 0)).toBeUndefined()
    }
  })

  test('take every value of a byte', () => {
    const value = Uint8Array.from({ length: 256 }, (_, i) => i)
    expect(readBytes(write(value), 0)?.value).toEqual(value)
  })
})

describe('reading bytes', () => {
  test('takes hex in either case', () => {
    expect(readBytes(encode('00fFaB9c'), 0)?.value).toEqual(fromHex('00ffab9c'))
  })

  test.each(['0', '000', 'g0', '0g', '/0', ':0', '@0', 'G0', '`0', '0x', '0 ', 'é'])(
    'takes no text that is no hex: %s',
    (text) => {
      expect(readBytes(encode(text), 0)).toBeUndefined()
    },
  )

  test('takes elements in any format, from 0 to 255', () => {
    expect(
      readBytes(fromHex('96 00 cc07 cd00ff d009 ce00000064 cf0000000000000065'), 0)?.value,
    ).toEqual(Uint8Array.from([0, 7, 255, 9, 100, 101]))
    for (const element of [
      'ff',
      'cd0100',
      'd0ff',
      'cb4059000000000000',
      'ca42c80000',
      'c0',
      'a0',
      '90',
      'c400',
    ]) {
      expect(readBytes(fromHex(`92 00 ${element}`), 0)).toBeUndefined()
    }
  })

  test('takes nothing else', () => {
    for (const hex of ['', 'c0', 'c2', '01', '80', 'd40101', 'cb0000000000000000', 'c1']) {
      expect(readBytes(fromHex(hex), 0)).toBeUndefined()
    }
  })

  test('makes no room for more than the frame can hold', () => {
    expect(readBytes(fromHex('ddffffffff00'), 0)).toBeUndefined()
  })

  test('never goes behind the end, and ends where the value ends', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), anyMessagePack), (bytes) => {
        const found = readBytes(bytes, 0)
        if (found !== undefined) expect(found.end).toBe(skipValue(bytes, 0))
      }),
      { numRuns: 5000 },
    )
  })
})

test('what is written is what the library writes for that form', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('array', 'bin'),
      (value, form) => {
        const writer = new MessagePackWriter()
        writeBytes(writer, value, form)
        expect(new Uint8Array(writer.finish())).toEqual(writers[form](value))
      },
    ),
  )
})

test('a raw value is the bytes of exactly one value', () => {
  const frame = fromHex('01 92 0102 c0')
  expect(readRaw(frame, 1)).toEqual({ value: fromHex('920102'), end: 4 })
  expect(readRaw(frame, 5)).toBeUndefined()
  expect(readRaw(frame.subarray(0, 3), 1)).toBeUndefined()
})
