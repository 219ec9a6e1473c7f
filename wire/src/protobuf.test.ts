import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { int32Bytes, ProtobufReader, ProtobufWriter, varintBytes } from '#protobuf.ts'

function fromHex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'))
}

/** Reads over all fields; undefined when something is wrong. */
function fieldNumbers(bytes: Uint8Array): readonly number[] | undefined {
  const reader = new ProtobufReader(bytes)
  const found: number[] = []
  while (reader.next()) {
    found.push(reader.fieldNumber)
    reader.skip()
  }
  return reader.failed ? undefined : found
}

function readInt32(bytes: Uint8Array): number | undefined {
  const reader = new ProtobufReader(bytes)
  const value = reader.next() ? reader.int32() : undefined
  return reader.failed ? undefined : value
}

describe('reading over fields', () => {
  const accepted: readonly (readonly [name: string, hex: string, fields: readonly number[]])[] = [
    ['nothing', '', []],
    ['one of each wire type', '08 01 11 0000000000000000 1a 00 25 00000000', [1, 2, 3, 4]],
    ['a varint of ten bytes', '08 ff ff ff ff ff ff ff ff ff 01', [1]],
    ['a varint with needless zeros', '08 81 80 80 00', [1]],
    ['a tag with needless zeros', '88 80 80 80 00 01', [1]],
    ['a length with needless zeros', '12 81 80 80 80 80 80 80 80 80 00 61', [2]],
    ['an empty group', '0b 0c', [1]],
    ['a group with fields and a group in it', '0b 10 01 1b 1c 0c', [1]],
    ['the largest field number', 'f8 ff ff ff 0f 01', [2 ** 29 - 1]],
  ]
  test.each(accepted)('accepts %s', (_, hex, fields) => {
    expect(fieldNumbers(fromHex(hex))).toEqual(fields)
  })

  const refused: readonly (readonly [name: string, hex: string])[] = [
    ['a tag that breaks off', '88'],
    ['a varint that breaks off', '08 80'],
    ['a varint that is not there', '08'],
    ['a varint of eleven bytes', '08 ff ff ff ff ff ff ff ff ff ff 01'],
    ['a varint above 64 bits', '08 ff ff ff ff ff ff ff ff ff 02'],
    ['a tag of six bytes', '88 80 80 80 80 00 01'],
    ['a tag above 32 bits', '88 80 80 80 10 01'],
    ['field number 0', '00 01'],
    ['wire type 6', '0e 01'],
    ['wire type 7', '0f 01'],
    ['a length beyond the end', '12 02 61'],
    ['a length of 2^32', '12 80 80 80 80 10 61'],
    ['a length of 2^32 + 1, whose low half fits', '12 81 80 80 80 10 61'],
    ['a length of 2^64 - 1', '12 ff ff ff ff ff ff ff ff ff 01 61'],
    ['a length above 64 bits', '12 81 80 80 80 80 80 80 80 80 02 61'],
    ['seven bytes where eight should be', '09 00 00 00 00 00 00 00'],
    ['three bytes where four should be', '0d 00 00 00'],
    ['a group that does not end', '0b'],
    ['a group that ends as another', '0b 14'],
    ['the end of a group that did not start', '0c'],
    ['a group with a broken field', '0b 08 80 0c'],
  ]
  test.each(refused)('refuses %s', (_, hex) => {
    expect(fieldNumbers(fromHex(hex))).toBeUndefined()
  })

  test('follows groups a hundred deep and no deeper', () => {
    const nested = (depth: number): Uint8Array =>
      new Uint8Array([...Array<number>(depth).fill(0x0b), ...Array<number>(depth).fill(0x0c)])
    expect(fieldNumbers(nested(100))).toEqual([1])
    expect(fieldNumbers(nested(101))).toBeUndefined()
    expect(fieldNumbers(new Uint8Array(1_000_000).fill(0x0b))).toBeUndefined()
  })

  test('finds in any well-formed message the fields that are in it', () => {
    fc.assert(
      fc.property(fc.array(anyField()), (fields) => {
        const writer = new BinaryWriter()
        for (const field of fields) field.write(writer)
        expect(fieldNumbers(writer.finish())).toEqual(fields.map((field) => field.number))
      }),
    )
  })

  test('accepts no bytes that the generated code would refuse', () => {
    const byte = fc.oneof(fc.constantFrom(0, 1, 0x0a, 0x0b, 0x0c, 0x12, 0x80, 0xff), fc.nat(255))
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 12 }), (list) => {
        const bytes = Uint8Array.from(list)
        const found = fieldNumbers(bytes)
        if (found !== undefined) expect(fieldNumbersByGenerated(bytes)).toEqual(found)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('values', () => {
  test('an int32 is the low half of what was written', () => {
    expect(readInt32(fromHex('08 00'))).toBe(0)
    expect(readInt32(fromHex('08 ff ff ff ff 07'))).toBe(2 ** 31 - 1)
    expect(readInt32(fromHex('08 80 80 80 80 08'))).toBe(-(2 ** 31))
    expect(readInt32(fromHex('08 ff ff ff ff ff ff ff ff ff 01'))).toBe(-1)
    expect(readInt32(fromHex('08 83 80 80 80 80 80 80 80 80 01'))).toBe(3)
  })

  test('any int32 is read as it was written, in as many bytes as were measured', () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const writer = new ProtobufWriter(1 + int32Bytes(value))
        writer.byte(0x08)
        writer.int32(value)
        expect(readInt32(writer.bytes)).toBe(value)
        expect(writer.bytes).toEqual(
          new BinaryWriter().tag(1, WireType.Varint).int32(value).finish(),
        )
      }),
    )
  })

  test('any unsigned integer is read as it was written, in as many bytes as were measured', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const writer = new ProtobufWriter(1 + varintBytes(value))
        writer.byte(0x08)
        writer.varint(value)
        expect(writer.bytes).toEqual(
          new BinaryWriter().tag(1, WireType.Varint).uint64(value).finish(),
        )
        const reader = new ProtobufReader(writer.bytes)
        reader.next()
        expect(reader.uint64()).toBe(value)
      }),
    )
  })

  test('texts of every length and script are read as they were written', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 100 }),
      fc.string({ unit: 'binary', maxLength: 100 }),
    )
    fc.assert(
      fc.property(text, (value) => {
        const reader = new ProtobufReader(
          new BinaryWriter().tag(1, WireType.LengthDelimited).string(value).finish(),
        )
        reader.next()
        expect(reader.text()).toBe(value)
        expect(reader.failed).toBe(false)
      }),
    )
  })

  test('a byte-order mark is text', () => {
    const reader = new ProtobufReader(fromHex('0a 03 ef bb bf'))
    reader.next()
    expect(reader.text()).toBe('\ufeff')
  })

  test.each(['0a 01 80', '0a 02 c0 80', '0a 03 ed a0 80', '0a 04 f5 80 80 80'])(
    'a text that is not UTF-8 is refused: %s',
    (hex) => {
      const reader = new ProtobufReader(fromHex(hex))
      reader.next()
      reader.text()
      expect(reader.failed).toBe(true)
    },
  )

  test('any fixed64 is read as it was written, exactly up to 2^53', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(4), (value, missing) => {
        const written = new BinaryWriter().tag(1, WireType.Bit64).fixed64(value).finish()
        const reader = new ProtobufReader(written)
        reader.next()
        expect(reader.fixed64()).toBe(value)
        expect(reader.next()).toBe(false)
        expect(reader.failed).toBe(false)
        const short = new ProtobufReader(written.subarray(0, written.length - 1 - missing))
        short.next()
        expect(short.fixed64()).toBe(0)
        expect(short.failed).toBe(true)
      }),
    )
  })

  test('bytes are a view, not a copy', () => {
    const message = fromHex('0a 02 61 62')
    const reader = new ProtobufReader(message)
    reader.next()
    const view = reader.bytes()
    expect(view).toEqual(fromHex('61 62'))
    expect(view.buffer).toBe(message.buffer)
  })

  test('a value of the wrong wire type is a failure', () => {
    const read: readonly ((reader: ProtobufReader) => unknown)[] = [
      (reader) => reader.bytes(),
      (reader) => reader.text(),
      (reader) => reader.enter(),
      (reader) => reader.fixed64(),
    ]
    for (const readValue of read) {
      const reader = new ProtobufReader(fromHex('08 01 00 00 00 00 00 00 00'))
      reader.next()
      readValue(reader)
      expect(reader.failed).toBe(true)
    }
    for (const hex of ['09 00 00 00 00 00 00 00 00', '0a 01 61', '0b 0c', '0d 00 00 00 00']) {
      for (const readValue of [
        (reader: ProtobufReader) => reader.int32(),
        (reader: ProtobufReader) => reader.uint64(),
      ]) {
        const reader = new ProtobufReader(fromHex(hex))
        reader.next()
        readValue(reader)
        expect(reader.failed).toBe(true)
      }
    }
  })

  test('a field of an inner message cannot reach beyond it', () => {
    const reader = new ProtobufReader(fromHex('0a 03 12 02 61 62'))
    reader.next()
    const outerEnd = reader.enter()
    reader.next()
    reader.bytes()
    reader.leave(outerEnd)
    expect(reader.failed).toBe(true)
  })

  test.each(['12 02 61', '12 80 80 80 80 10 61', '12 81 80 80 80 10 61'])(
    'a length beyond the end is a failure, however large: %s',
    (hex) => {
      const reader = new ProtobufReader(fromHex(hex))
      reader.next()
      expect(reader.bytes()).toEqual(new Uint8Array())
      expect(reader.failed).toBe(true)
    },
  )

  test('after a failure there are no more fields', () => {
    const reader = new ProtobufReader(fromHex('00 08 01 08 02'))
    expect(reader.next()).toBe(false)
    expect(reader.next()).toBe(false)
    expect(reader.failed).toBe(true)
  })
})

describe('what cannot be written', () => {
  test('is named', () => {
    expect(() => varintBytes(-1)).toThrow('Cannot encode unsigned integer: -1')
    expect(() => varintBytes(1.5)).toThrow(RangeError)
    expect(() => varintBytes(2 ** 53)).toThrow(RangeError)
    expect(() => int32Bytes(2 ** 31)).toThrow('Cannot encode int32: 2147483648 is not one')
    expect(() => int32Bytes(0.5)).toThrow(RangeError)
    expect(() => new ProtobufWriter(40).uuid(new Uint8Array(15))).toThrow(
      'Cannot encode UUID: 15 bytes of 16',
    )
  })
})

interface Field {
  readonly number: number
  write(writer: BinaryWriter): void
}

function anyField(): fc.Arbitrary<Field> {
  const { field } = fc.letrec<{ field: Field }>((tie) => ({
    field: fc.tuple(fc.integer({ min: 1, max: 2 ** 29 - 1 }), fc.nat(4)).chain(([number, kind]) => {
      const make = (write: (writer: BinaryWriter) => unknown): Field => ({ number, write })
      switch (kind) {
        case 0:
          return fc
            .bigInt({ min: 0n, max: 2n ** 64n - 1n })
            .map((value) => make((writer) => writer.tag(number, WireType.Varint).uint64(value)))
        case 1:
          return fc.constant(make((writer) => writer.tag(number, WireType.Bit64).fixed64(1n)))
        case 2:
          return fc
            .uint8Array({ maxLength: 200 })
            .map((value) =>
              make((writer) => writer.tag(number, WireType.LengthDelimited).bytes(value)),
            )
        case 3:
          return fc.array(tie('field'), { maxLength: 2 }).map((inner) =>
            make((writer) => {
              writer.tag(number, WireType.StartGroup)
              for (const each of inner) each.write(writer)
              writer.tag(number, WireType.EndGroup)
            }),
          )
        default:
          return fc.constant(make((writer) => writer.tag(number, WireType.Bit32).fixed32(1)))
      }
    }),
  }))
  return field
}

function fieldNumbersByGenerated(bytes: Uint8Array): readonly number[] | undefined {
  try {
    const reader = new BinaryReader(bytes)
    const found: number[] = []
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag()
      found.push(number)
      reader.skip(wireType, number)
    }
    return found
  } catch {
    return undefined
  }
}
