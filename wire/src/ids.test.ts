import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatUuid, markUuidV4, parseUuid } from '#ids.ts'

const text = '00112233-4455-6677-8899-aabbccddeeff'
const bytes = Uint8Array.from({ length: 16 }, (_, i) => i * 0x11)
const anyUuid = fc.uint8Array({ minLength: 16, maxLength: 16 })

describe('parseUuid', () => {
  test.each([
    ['hyphenated', text],
    ['bare digits', '00112233445566778899aabbccddeeff'],
    ['in braces', `{${text}}`],
    ['a URN', `urn:uuid:${text}`],
    ['a URN in capitals', `URN:UUID:${text.toUpperCase()}`],
    ['capitals', text.toUpperCase()],
    ['mixed case', '00112233-4455-6677-8899-AaBbCcDdEeFf'],
  ])('reads %s', (_, spelling) => {
    expect(parseUuid(spelling)).toEqual(bytes)
  })

  test.each([
    ['nothing', ''],
    ['a word', 'not-a-uuid'],
    ['one digit short', text.slice(1)],
    ['one digit long', `${text}0`],
    ['a blank before', ` ${text}`],
    ['a line end behind', `${text}\n`],
    ['a letter that is no digit', text.replace('f', 'g')],
    ['the characters around the digits', '/011:233-4455-6677-8899-@abbGcdd`eff'],
    ['a digit of another script', text.replace('0', '\u0660')],
    ['a full-width digit', text.replace('0', '\uff10')],
    ['a character whose low byte is a digit', text.replace('0', '\u0130')],
    ['a hyphen in place of a digit', text.replace('11', '-1')],
    ['a digit in place of a hyphen', text.replace('-', '0')],
    ['hyphens elsewhere', '0011223-34455-6677-8899-aabbccddeeff'],
    ['an opening brace alone', `{${text}`],
    ['braces the wrong way round', `}${text}{`],
    ['bare digits in braces', '{00112233445566778899aabbccddeeff}'],
    ['another URN', `urn:guid:${text}`],
    ['a URN of bare digits', 'urn:uuid:00112233445566778899aabbccddeeff'],
    ['a sign', '+0112233445566778899aabbccddeeff'],
    ['a prefix', '0x112233445566778899aabbccddeeff'],
    ['a NUL', text.replace('0', '\0')],
    ['half a surrogate pair', text.replace('0', '\ud800')],
  ])('refuses %s', (_, spelling) => {
    expect(parseUuid(spelling)).toBeUndefined()
  })

  test('reads back whatever formatUuid writes', () => {
    fc.assert(
      fc.property(anyUuid, (value) => {
        expect(parseUuid(formatUuid(value))).toEqual(value)
      }),
    )
  })

  test('gives 16 bytes or nothing for any text', () => {
    const character = fc.constantFrom(...'0123456789abcdefABCDEF-{}urn:id gG\u0130'.split(''))
    const length = fc.constantFrom(31, 32, 33, 36, 38, 45)
    const nearly = length.chain((count) =>
      fc.array(character, { minLength: count, maxLength: count }).map((all) => all.join('')),
    )
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (value) => {
        const parsed = parseUuid(value)
        if (parsed !== undefined) {
          expect(formatUuid(parsed).replaceAll('-', '')).toBe(
            value.toLowerCase().replace('urn:uuid:', '').replaceAll(/[-{}]/g, ''),
          )
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('formatUuid', () => {
  test('writes lower case with hyphens', () => {
    expect(formatUuid(bytes)).toBe(text)
  })

  test('names the length that is wrong', () => {
    expect(() => formatUuid(new Uint8Array(15))).toThrow('Cannot format UUID: 15 bytes of 16')
    expect(() => formatUuid(new Uint8Array(17))).toThrow(RangeError)
  })
})

test('markUuidV4 sets version and variant and leaves the other 122 bits', () => {
  fc.assert(
    fc.property(anyUuid, (value) => {
      const marked = markUuidV4(value.slice())
      expect(formatUuid(marked)).toMatch(/^.{14}4.{4}[89ab].{16}$/)
      marked.forEach((byte, i) => {
        const kept = i === 6 ? 0x0f : i === 8 ? 0x3f : 0xff
        expect(byte & kept).toBe((value[i] ?? 0) & kept)
      })
    }),
  )
})
