import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clip, letters, textWidth } from '#screen/width.ts'

test.each([
  ['', 0],
  ['plain', 5],
  ['Zoë', 3],
  ['Zoe\u0308', 3],
  ['日本', 4],
  ['ｆｕｌｌ', 8],
  ['ｶﾅ', 2],
  ['한국', 4],
  ['\u1112\u1161\u11ab', 2],
  ['👍', 2],
  ['👍🏽', 2],
  ['👩‍👩‍👧', 2],
  ['🇩🇪', 2],
  ['❤', 1],
  ['❤️', 2],
  ['1️⃣', 2],
  ['─│▌…', 4],
  ['مرحبا', 5],
  ['שלום', 4],
  ['สวัสดี', 4],
  ['\u0301', 0],
])('%s takes %i columns', (text, width) => {
  expect(textWidth(text)).toBe(width)
})

test('a letter with many marks keeps a few of them', () => {
  expect(letters(`a${'\u0301'.repeat(100)}b`).map((letter) => letter.length)).toEqual([16, 1])
})

test('what is clipped fits, and says that it was', () => {
  expect(clip('short', 5)).toBe('short')
  expect(clip('longer', 5)).toBe('long…')
  expect(clip('日本語', 4)).toBe('日…')
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat({ max: 20 }), (text, columns) => {
      expect(textWidth(clip(text, columns))).toBeLessThanOrEqual(columns)
    }),
  )
})
