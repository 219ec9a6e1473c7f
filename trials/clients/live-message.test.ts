import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { encodeMessage, LiveMessage } from '#clients/live-message.ts'

const form = fc.constantFrom('array' as const, 'bin' as const)
const bytes = fc.uint8Array({ maxLength: 300 })

describe('a message', () => {
  test('comes back in the form in which it was written', () => {
    fc.assert(
      fc.property(
        form,
        bytes,
        fc.array(bytes),
        fc.maxSafeInteger(),
        fc.string(),
        (written, one, many, number, text) => {
          const said = { type: 'x', one, many, number, text, maps: [{ one }] }
          const read = LiveMessage.decode(encodeMessage(said, written), written)
          expect(read.type).toBe('x')
          expect(read.bytes('one')).toEqual(one)
          expect(read.bytesList('many')).toEqual(many)
          expect(read.integer('number')).toBe(number)
          expect(read.text('text')).toBe(new TextDecoder().decode(new TextEncoder().encode(text)))
          expect(read.maps('maps').map((map) => map.hex('one'))).toEqual([read.hex('one')])
        },
      ),
    )
  })

  test('is refused in the other form: an original client could not read it', () => {
    const said = { type: 'x', one: Uint8Array.of(1, 2), many: [Uint8Array.of(3)] }
    const bin = LiveMessage.decode(encodeMessage(said, 'bin'), 'array')
    const array = LiveMessage.decode(encodeMessage(said, 'array'), 'bin')
    for (const message of [bin, array]) {
      expect(() => message.bytes('one')).toThrow('Cannot read "one" of x')
      expect(() => message.bytesList('many')).toThrow('Cannot read "many" of x')
    }
  })

  test('is refused when it is no map, or has no type', () => {
    const notAMap = Uint8Array.of(0x93, 1, 2, 3)
    expect(() => LiveMessage.decode(notAMap, 'bin')).toThrow('it is not a map')
    expect(() => LiveMessage.decode(Uint8Array.of(0x80), 'bin')).toThrow('Cannot read "type"')
  })

  test('has no bytes in numbers that are none', () => {
    for (const value of [[256], [-1], [1.5], ['a'], 'ff', 7]) {
      const read = LiveMessage.decode(encodeMessage({ type: 'x', value }, 'array'), 'array')
      expect(() => read.bytes('value')).toThrow('Cannot read "value"')
    }
  })

  test('tells what is absent or nothing from what is there', () => {
    const read = LiveMessage.decode(encodeMessage({ type: 'x', here: 0, gone: null }, 'bin'), 'bin')
    expect([read.has('here'), read.has('gone'), read.has('other')]).toEqual([true, false, false])
  })
})
