import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesIn, integerIn, isAbsent, readJsonObject, textIn, writeJson } from '#relay/json.ts'

const utf8 = new TextEncoder()

test('comes back as it was written', () => {
  const members = fc.record({
    text: fc.string({ unit: 'grapheme' }),
    number: fc.integer(),
    bytes: fc.uint8Array(),
  })
  fc.assert(
    fc.property(members, ({ text, number, bytes }) => {
      const written = writeJson({ text, number, bytes: bytes.toBase64(), nothing: null })
      const read = readJsonObject(written) ?? {}
      expect(textIn(read, 'text')).toBe(text)
      expect(integerIn(read, 'number')).toBe(number)
      expect(bytesIn(read, 'bytes')).toEqual(bytes)
      expect([isAbsent(read, 'nothing'), isAbsent(read, 'none'), isAbsent(read, 'text')]).toEqual([
        true,
        true,
        false,
      ])
    }),
  )
})

test.each(['', '[]', '1', 'null', '"a"', '{', '{"a":1}x', '\ufeff {'])(
  '%j is no object',
  (text) => {
    expect(readJsonObject(utf8.encode(text))).toBeUndefined()
  },
)

test('bytes that are no text are no object, and nothing breaks the reader', () => {
  expect(readJsonObject(Uint8Array.of(0x7b, 0xff, 0x7d))).toBeUndefined()
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      readJsonObject(bytes)
    }),
  )
})

test.each([
  ['{"a":1}', undefined],
  ['{"a":"AAAA "}', undefined],
  ['{"a":"AAA"}', undefined],
  ['{"a":"AB=="}', undefined],
  ['{"a":"AA-_"}', undefined],
  ['{"a":""}', new Uint8Array(0)],
  ['{"a":"AA=="}', Uint8Array.of(0)],
])('%s holds %o', (text, bytes) => {
  expect(bytesIn(readJsonObject(utf8.encode(text)) ?? {}, 'a')).toEqual(bytes)
})

test('what an object inherits is not in it', () => {
  const read = readJsonObject(utf8.encode('{"n":1.5,"big":9007199254740993}')) ?? {}
  expect([textIn(read, 'toString'), isAbsent(read, 'constructor')]).toEqual([undefined, true])
  expect([integerIn(read, 'n'), integerIn(read, 'big')]).toEqual([undefined, undefined])
})
