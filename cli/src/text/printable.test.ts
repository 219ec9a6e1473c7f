import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonLine, printable, printableLines } from '#text/printable.ts'

/** What a terminal may obey, by code point. */
function isObeyed(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  return (
    code < 0x20 ||
    (code >= 0x7f && code < 0xa0) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2066 && code <= 0x206f) ||
    [0x200e, 0x200f, 0x061c].includes(code) ||
    (code >= 0xd800 && code <= 0xdfff)
  )
}

const hostile = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom(
      '\u001b',
      '[',
      '\u009b',
      '\u0007',
      '\u202e',
      '\u2066',
      '\r',
      '\n',
      'a',
      '\ud800',
    ),
  ),
})

describe('nothing that a terminal obeys comes through', () => {
  test('in one line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect([...printable(text)].filter(isObeyed)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('in several lines', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect([...printableLines(text).join('')].filter(isObeyed)).toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  test('in JSON, which says the same as before', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const line = jsonLine({ text })
        expect([...line].filter(isObeyed)).toEqual([])
        expect(JSON.parse(line)).toEqual({ text: JSON.parse(JSON.stringify(text)) })
      }),
      { numRuns: 500 },
    )
  })
})

test('what is dangerous shows that it was there, what is invisible goes', () => {
  expect(printable('a\u001b[31mb')).toBe('a\uFFFD[31mb')
  expect(printable('Ann\u202Egpj.exe')).toBe('Ann\uFFFDgpj.exe')
  expect(printable('An\u200Bn\uFEFF')).toBe('Ann')
})

test('letters, emoji and their joiners stay', () => {
  for (const text of ['Zoë', '日本語', 'مرحبا', '👩‍👩‍👧', '❤️', 'क्षि', 'می‌خواهم', '🏳️‍🌈']) {
    expect(printable(text)).toBe(text)
  }
})

test('lines stay lines, or become one', () => {
  expect(printableLines('a\r\nb\nc')).toEqual(['a', 'b', 'c'])
  expect(printable('a\nb')).toBe('a b')
})
