/**
 * @module Texts as they are compared: without what people leave out when they type in a hurry. Capitals, accents and forms
 * of width do not count; a word is found by how it begins, and where a script has no spaces, anywhere.
 */

const ascii = /^[\0-\x7f]*$/
const marks = /\p{M}+/gu
/** Written without spaces between words. */
const spaceless =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u
const inWord = /[\p{L}\p{N}]/u

export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  return text.normalize('NFKD').replace(marks, '').toLowerCase()
}

/** One word of what is looked for. */
export interface Term {
  readonly text: string
  /** Whether it counts only where a word begins. */
  readonly beginsWord: boolean
}

/** The words of a query, each once. None for a query of nothing but spaces. */
export function termsOf(query: string): readonly Term[] {
  const words = new Set(fold(query).split(/\s+/u))
  words.delete('')
  return [...words].map((text) => {
    const first = String.fromCodePoint(text.codePointAt(0) ?? 0)
    return { text, beginsWord: inWord.test(first) && !spaceless.test(first) }
  })
}

/** Whether it stands in a folded text. */
export function has(folded: string, { text, beginsWord }: Term): boolean {
  let at = folded.indexOf(text)
  if (!beginsWord) return at !== -1
  while (at !== -1) {
    if (at === 0 || isBoundary(folded, at)) return true
    at = folded.indexOf(text, at + 1)
  }
  return false
}

/** Whether what stands before is no part of a word, or of one that has no spaces around it. */
function isBoundary(folded: string, at: number): boolean {
  const unit = folded.charCodeAt(at - 1)
  if (unit < 0x80) return !isAsciiInWord(unit)
  const isLow = unit >= 0xdc00 && unit <= 0xdfff
  const before = String.fromCodePoint(folded.codePointAt(isLow ? at - 2 : at - 1) ?? 0)
  return !inWord.test(before) || spaceless.test(before)
}

function isAsciiInWord(unit: number): boolean {
  return (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39)
}
