/**
 * @module Breaks what people write into lines of a width: between words where it can, inside one where it must.
 */
import { printableLines } from '#text/printable.ts'
import { letters, letterWidth, textWidth } from '#screen/width.ts'

/** At least one line. */
export function breakLines(text: string, columns: number): readonly string[] {
  const width = Math.max(2, columns)
  return printableLines(text).flatMap((line) => breakLine(line, width))
}

function breakLine(line: string, columns: number): readonly string[] {
  if (textWidth(line) <= columns) return [line]
  const lines: string[] = []
  let current = ''
  let width = 0
  const finish = (): void => {
    lines.push(current.trimEnd())
    current = ''
    width = 0
  }
  // Spaces belong to the word before them, and may hang over the edge.
  for (const word of line.match(/\S+\s*|\s+/gu) ?? []) {
    const bare = textWidth(word.trimEnd())
    if (width > 0 && width + bare > columns) finish()
    if (bare > columns) {
      for (const letter of letters(word)) {
        const more = letterWidth(letter)
        if (width + more > columns) finish()
        current += letter
        width += more
      }
    } else {
      current += word
      width += textWidth(word)
    }
  }
  if (current !== '') finish()
  return lines
}
