import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bytesField,
  encodeFields,
  fixed64Field,
  varintField,
  type Field,
} from '#messages/protobuf-fields.ts'

const number = fc.integer({ min: 1, max: 2 ** 28 - 1 })
const anyField: fc.Arbitrary<Field> = fc.oneof(
  fc.tuple(number, fc.uint8Array({ maxLength: 300 })).map(([n, value]) => bytesField(n, value)),
  fc.tuple(number, fc.maxSafeNat()).map(([n, value]) => varintField(n, value)),
  fc.tuple(number, fc.maxSafeNat()).map(([n, value]) => fixed64Field(n, value)),
)

test('fields are written as the official writer does', () => {
  fc.assert(
    fc.property(fc.array(anyField), (fields) => {
      const writer = new BinaryWriter()
      for (const field of fields) {
        switch (field.kind) {
          case 'bytes':
            writer.tag(field.number, WireType.LengthDelimited).bytes(field.value)
            break
          case 'varint':
            writer.tag(field.number, WireType.Varint).uint64(field.value)
            break
          case 'fixed64':
            writer.tag(field.number, WireType.Bit64).fixed64(field.value)
        }
      }
      expect(encodeFields(fields)).toEqual(writer.finish())
    }),
  )
})

test('absent fields leave no trace, and the version byte stands in front', () => {
  expect(encodeFields([undefined, varintField(2, 0), undefined], 0x33)).toEqual(
    Uint8Array.of(0x33, 0x10, 0),
  )
  expect(encodeFields([])).toEqual(new Uint8Array())
})

test('a number that is not unsigned is refused', () => {
  expect(() => encodeFields([varintField(1, -1)])).toThrow(RangeError)
})
