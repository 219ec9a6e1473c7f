/**
 * @module Texts that somebody else may have written, made safe to print. A terminal obeys some characters: escape
 * sequences move its cursor and retitle its window, and marks of direction show a name backwards. None of them reaches
 * it: U+FFFD stands in their place and shows that something was there. What is only invisible goes.
 *
 * Joiners and variation selectors stay, as emoji and several scripts cannot be written without them.
 */

const replacement = '\uFFFD'

/** Controls (C0, C1), lines and paragraphs, marks and overrides of direction, annotations, and halves of pairs. */
const obeyed =
  /(?:[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u206F\uFFF9-\uFFFB]|\p{Cs}|\p{Noncharacter_Code_Point})+/gu

/** Soft hyphens, zero-width spaces, fillers, tags. */
const invisible =
  /[\u00AD\u115F\u1160\u180E\u200B\u2060-\u2065\u3164\uFEFF\uFFA0\u{1D173}-\u{1D17A}\u{E0000}-\u{E00FF}\u{E01F0}-\u{E0FFF}]+/gu

const lineBreak = /\r\n|[\n\r\u2028\u2029]/

/** In one line. */
export function printable(text: string): string {
  return text.split(lineBreak).map(oneLine).join(' ')
}

/** In as many lines as it has. */
export function printableLines(text: string): readonly string[] {
  return text.split(lineBreak).map(oneLine)
}

function oneLine(line: string): string {
  return line.replaceAll('\t', '    ').replaceAll(invisible, '').replaceAll(obeyed, replacement)
}

/** JSON in one line in which a terminal finds nothing to obey either: that is written as `\uXXXX`. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(obeyed, (run) =>
    Array.from(
      { length: run.length },
      (_, at) => `\\u${run.charCodeAt(at).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
}
