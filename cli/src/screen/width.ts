/**
 * @module How many columns a letter takes. A letter is what a person sees as one: a grapheme cluster. Terminals differ in
 * emoji of several parts and in scripts that join letters; `screen/paint.ts` does not rely on them.
 */

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** East Asian wide and full-width letters, by their scripts, and emoji that are drawn as pictures. */
const wide =
  /^(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Tangut}\p{Script=Nushu}\p{Script=Khitan_Small_Script}\p{Emoji_Presentation}\u1100-\u115F\uA960-\uA97C\uAC00-\uD7A3\u2329\u232A\u2630-\u2637\u268A-\u268F\u2FF0-\u2FFF\u3000-\u303E\u3099-\u30FF\u3131-\u318E\u3190-\u31E5\u31EF-\u3247\u3250-\u4DFF\uFE10-\uFE19\uFE30-\uFE6B\uFF01-\uFF60\uFFE0-\uFFE6\u{1AFF0}-\u{1B2FB}\u{1D300}-\u{1D376}\u{1F200}-\u{1F265}]|\p{Emoji}\uFE0F)/u

/** Marks that stand on, or joins to, the letter before. */
const standsOnAnother = /^[\p{M}\p{Cf}\u1160-\u11FF\uD7B0-\uD7FF]/u

const ascii = /^[ -~]*$/

/** More marks than this on one letter are no script, and paint over other lines. */
const maxCodePoints = 16

/** Those with a width. */
export function letters(text: string): readonly string[] {
  if (ascii.test(text)) return text.split('')
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
    .filter((letter) => letterWidth(letter) > 0)
    .map((letter) => {
      const points = [...letter]
      return points.length > maxCodePoints ? points.slice(0, maxCodePoints).join('') : letter
    })
}

/** 0 for marks without a letter. */
export function letterWidth(letter: string): 0 | 1 | 2 {
  if (letter.length === 1 && letter >= ' ' && letter <= '~') return 1
  if (letter === '' || standsOnAnother.test(letter)) return 0
  return wide.test(letter) ? 2 : 1
}

export function textWidth(text: string): number {
  if (ascii.test(text)) return text.length
  return letters(text).reduce((width, letter) => width + letterWidth(letter), 0)
}

/** The beginning that fits, with an ellipsis where something is left out. */
export function clip(text: string, columns: number): string {
  if (textWidth(text) <= columns) return text
  if (columns < 1) return ''
  let clipped = ''
  let width = 0
  for (const letter of letters(text)) {
    width += letterWidth(letter)
    if (width > columns - 1) break
    clipped += letter
  }
  return `${clipped}…`
}
