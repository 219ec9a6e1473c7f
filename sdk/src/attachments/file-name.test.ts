import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileName } from '#attachments/file-name.ts'

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

test('a name stays as it is', () => {
  for (const name of ['holiday.jpg', 'a', '.profile', 'ß — 文件.tar.gz', 'a b', '👩‍👩‍👧.png']) {
    expect(fileName(name)).toBe(name)
  }
})

test('of a path only the last part goes out', () => {
  expect(fileName('/home/alice/secret/plan.pdf')).toBe('plan.pdf')
  expect(fileName('C:\\Users\\Alice\\plan.pdf')).toBe('plan.pdf')
  expect(fileName('..\\../plan.pdf')).toBe('plan.pdf')
})

test('what names no file is no name', () => {
  for (const text of ['', '.', '..', '/', 'a/', 'a/..', '\\', ' ', '\n', '\u202e', '.\u200e.']) {
    expect([text, fileName(text)]).toEqual([text, undefined])
  }
})

test('nothing that is not seen is left in it', () => {
  expect(fileName('photo\u202egpj.exe')).toBe('photogpj.exe')
  expect(fileName('a\u0000b\u001bc\u007fd\u0085e\r\nf')).toBe('abcdef')
  expect(fileName('\u2066a\u2069\u200f\u061c\u2028.txt')).toBe('a.txt')
  expect(fileName('a\u202e/b')).toBe('b')
  expect(fileName('half \ud83d.png')).toBe('half \ufffd.png')
})

test('a long name keeps its extension, and whole characters', () => {
  expect(fileName(`${'a'.repeat(300)}.jpeg`)).toBe(`${'a'.repeat(250)}.jpeg`)
  expect(fileName('é'.repeat(200))).toBe('é'.repeat(127))
  expect(fileName(`${'👩'.repeat(100)}.png`)).toBe(`${'👩'.repeat(62)}.png`)
  expect(fileName(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`)
  expect(fileName(`.${'b'.repeat(300)}`)).toBe(`.${'b'.repeat(254)}`)
})

/** Those that matter come often. */
const character = fc.oneof(
  fc.constantFrom(...Array.from('/\\. \n\0\u202e\u2066a👩', (text) => text.codePointAt(0) ?? 0)),
  fc.integer({ min: 0x20, max: 0x7e }),
  fc.nat(0x10ffff),
)

test('whatever was given, what comes is a name, and its own name', () => {
  fc.assert(
    fc.property(fc.array(character, { maxLength: 400 }), (characters) => {
      const text = String.fromCodePoint(...characters)
      const name = fileName(text)
      if (name === undefined) return
      expect(bytesOf(name)).toBeLessThanOrEqual(255)
      expect(name).not.toMatch(/[/\\\p{Cc}\u202e]/u)
      expect(name.isWellFormed()).toBe(true)
      expect(fileName(name)).toBe(name)
    }),
  )
})
