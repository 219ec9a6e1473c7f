import { describe, expect, test } from 'vitest'
import { ByteReader } from '#spqr/byte-reader.ts'

describe('a reader', () => {
  test('gives what stands there, one after the other, up to the end', () => {
    const reader = new ByteReader(Uint8Array.of(7, 0x81, 0x01, 0x05, 1, 2, 3))
    expect(reader.isAtEnd).toBe(false)
    expect(reader.byte()).toBe(7)
    expect(reader.varint(300)).toBe(129)
    expect(reader.minimalVarint(5)).toBe(5)
    expect(reader.take(2)).toEqual(Uint8Array.of(1, 2))
    expect(reader.isAtEnd).toBe(false)
    expect(reader.take(1)).toEqual(Uint8Array.of(3))
    expect([reader.isAtEnd, reader.failed]).toEqual([true, false])
  })

  test('gives no byte behind the end', () => {
    const reader = new ByteReader(new Uint8Array(0))
    expect(reader.byte()).toBe(0)
    expect(reader.failed).toBe(true)
  })

  test('that has failed gives zeros and nothing, whatever stands there', () => {
    const failures: readonly ((reader: ByteReader) => unknown)[] = [
      (reader) => reader.take(6),
      (reader) => reader.varint(1),
      (reader) => reader.minimalVarint(1),
      (reader) => reader.fail(),
    ]
    for (const fail of failures) {
      const reader = new ByteReader(Uint8Array.of(2, 3, 4, 5, 6))
      fail(reader)
      expect(reader.failed).toBe(true)
      expect(reader.byte()).toBe(0)
      expect(reader.varint(100)).toBe(0)
      expect(reader.take(1)).toEqual(new Uint8Array(0))
      expect(reader.failed).toBe(true)
    }
  })

  test('takes a number with idle zeros only where any spelling will do', () => {
    const zeros = Uint8Array.of(0x85, 0x80, 0x00)
    expect(new ByteReader(zeros).varint(5)).toBe(5)
    const strict = new ByteReader(zeros)
    expect(strict.minimalVarint(5)).toBe(0)
    expect(strict.failed).toBe(true)
    expect(new ByteReader(Uint8Array.of(0)).minimalVarint(5)).toBe(0)
  })

  test('takes a number of ten bytes, and none of eleven', () => {
    const long = (bytes: number): Uint8Array => new Uint8Array(bytes).fill(0x80).fill(0, -1)
    const [ten, eleven] = [new ByteReader(long(10)), new ByteReader(long(11))]
    expect([ten.varint(9), ten.failed, ten.isAtEnd]).toEqual([0, false, true])
    expect([eleven.varint(9), eleven.failed]).toEqual([0, true])
  })
})
