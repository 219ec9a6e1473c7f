import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, has, termsOf } from '#search/fold.ts'

const finds = (text: string, query: string): boolean =>
  termsOf(query).every((term) => has(fold(text), term))

describe('a text has what is looked for', () => {
  test.each([
    ['The meeting is on Thursday', 'MEET thurs', true],
    ['The meeting is on Thursday', 'eeting', false],
    ['The meeting is on Thursday', 'friday', false],
    ['Zürich, naïve, Ångström', 'zurich naive angstrom', true],
    ['Zurich', 'zürich', true],
    ['Straße', 'straße', true],
    ['İstanbul', 'istanbul', true],
    ['Ёлка', 'елка', true],
    ['Αθήνα', 'αθηνα', true],
    ['ﬁne ｆｕｌｌ', 'fine full', true],
    ['e-mail to a@example.org', 'mail example', true],
    ['report_final.pdf', 'final', true],
    ['abc123', '123', false],
    ['I write C++', 'c++', true],
    ['I write C', 'c++', false],
    ['今日は東京に行きます', '東京', true],
    ['今日は東京に行きます', '京に', true],
    ['東京2024', '2024', true],
    ['ภาษาไทย', 'ไทย', true],
    ['한국어', '한국', true],
    ['well done 👍', '👍', true],
    ['well done', '👍', false],
    ['𐐷𐐲 old', 'old', true],
    ['𐐷old', 'old', false],
  ])('%j, %j: %j', (text, query, isFound) => {
    expect(finds(text, query)).toBe(isFound)
  })
})

test('a query of nothing but spaces has no words, and a word that comes twice counts once', () => {
  expect(termsOf(' \n\t ')).toEqual([])
  expect(termsOf('a A á')).toHaveLength(1)
})

test('folding twice is folding once, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const folded = fold(text)
      expect(fold(folded.normalize('NFC'))).toBe(folded)
    }),
  )
})

test('every word of a text is found in it, whole or only begun, in any capitals', () => {
  const word = fc.stringMatching(/^[a-zäöéèñ0-9]{1,12}$/u)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.nat(), fc.nat(), (words, which, length) => {
      const chosen = words[which % words.length] ?? ''
      const begun = chosen.slice(0, 1 + (length % chosen.length)).toUpperCase()
      expect(finds(words.join(' '), begun)).toBe(true)
    }),
  )
})
