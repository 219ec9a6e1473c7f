import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FieldReader, FieldWriter } from '#session/byte-fields.ts'

test('fields are read as they were written', () => {
  const values = fc.record({
    byte: fc.nat(0xff),
    uint16: fc.nat(0xffff),
    uint32: fc.nat(0xffffffff),
    uint48: fc.nat(2 ** 48 - 1),
    flag: fc.boolean(),
    raw: fc.uint8Array({ maxLength: 40 }),
  })
  fc.assert(
    fc.property(values, ({ byte, uint16, uint32, uint48, flag, raw }) => {
      const writer = new FieldWriter(14 + raw.length)
      writer.byte(byte)
      writer.uint16(uint16)
      writer.uint32(uint32)
      writer.uint48(uint48)
      writer.flag(flag)
      writer.raw(raw)
      const reader = new FieldReader(writer.bytes)
      expect(reader.byte()).toBe(byte)
      expect(reader.uint16()).toBe(uint16)
      expect(reader.uint32()).toBe(uint32)
      expect(reader.uint48()).toBe(uint48)
      expect(reader.flag()).toBe(flag)
      expect(reader.rest()).toEqual(raw)
      expect(reader.isDone()).toBe(true)
    }),
  )
})

test('what is not there is empty, or 0, and everything behind it', () => {
  const reader = new FieldReader(Uint8Array.of(1, 2))
  expect(reader.uint32()).toBe(0x01020000)
  expect(reader.failed).toBe(true)
  const short = new FieldReader(Uint8Array.of(1, 2))
  expect(short.bytes(3)).toEqual(new Uint8Array())
  expect(short.byte()).toBe(0)
  expect(short.rest()).toEqual(new Uint8Array())
  expect(short.isDone()).toBe(false)
})

test('a flag is 0 or 1, and nothing may be left over', () => {
  const reader = new FieldReader(Uint8Array.of(2))
  expect(reader.flag()).toBe(false)
  expect(reader.isDone()).toBe(false)
  expect(new FieldReader(Uint8Array.of(1)).isDone()).toBe(false)
})
