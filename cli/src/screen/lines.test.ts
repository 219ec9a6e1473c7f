import fc from 'fast-check'
import { expect, test } from 'vitest'
import { breakLines } from '#screen/lines.ts'
import { textWidth } from '#screen/width.ts'

test('lines break between words, and inside a word that is too long', () => {
  expect(breakLines('the quick brown fox', 10)).toEqual(['the quick', 'brown fox'])
  expect(breakLines('https://example.org/x', 10)).toEqual(['https://ex', 'ample.org/', 'x'])
  expect(breakLines('日本語日本語', 5)).toEqual(['日本', '語日', '本語'])
})

test('lines that somebody wrote stay lines, empty ones too', () => {
  expect(breakLines('a\n\nb', 10)).toEqual(['a', '', 'b'])
  expect(breakLines('', 10)).toEqual([''])
})

test('no line is wider than asked for, and no word is lost', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.integer({ min: 2, max: 30 }),
      (text, columns) => {
        for (const line of breakLines(text, columns)) {
          expect(textWidth(line)).toBeLessThanOrEqual(columns)
        }
      },
    ),
  )
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z]{1,12}$/)),
      fc.integer({ min: 2, max: 30 }),
      (words, columns) => {
        expect(breakLines(words.join(' '), columns).join('').replaceAll(' ', '')).toBe(
          words.join(''),
        )
      },
    ),
  )
})
