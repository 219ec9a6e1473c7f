/**
 * @module A screen before anybody sees it: cells in rows. Whatever is put there is safe to show, because there is no other
 * way in than `put`.
 */
import { printable } from '#text/printable.ts'
import type { Ink, Span } from '#screen/ink.ts'
import { letters, letterWidth } from '#screen/width.ts'

export interface Cell {
  /** One letter; empty right of a wide one. */
  readonly letter: string
  readonly ink: Ink
}

export interface Frame {
  readonly columns: number
  readonly rows: readonly Cell[][]
  /** Where the cursor blinks, if anywhere. */
  cursor: { readonly x: number; readonly y: number } | undefined
}

const blank: Cell = { letter: ' ', ink: 'plain' }

export function createFrame(columns: number, rows: number): Frame {
  return {
    columns,
    rows: Array.from({ length: rows }, () => Array.from({ length: columns }, () => blank)),
    cursor: undefined,
  }
}

/** A part of a frame: what is put there stays inside. */
export interface Box {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Writes a line into a box, and gives back the column behind it. What does not fit is left out. */
export function put(frame: Frame, box: Box, y: number, line: readonly Span[], x = 0): number {
  const row = frame.rows[box.y + y]
  const end = Math.min(box.x + box.width, frame.columns)
  let column = box.x + x
  if (row === undefined || y < 0 || y >= box.height) return x
  for (const { text, ink } of line) {
    for (const letter of letters(printable(text))) {
      const width = letterWidth(letter)
      if (column < box.x || column + width > end) return column - box.x
      // Half of a wide letter is none.
      if (row[column]?.letter === '' && column > 0) row[column - 1] = blank
      if (row[column + width]?.letter === '') row[column + width] = blank
      row[column] = { letter, ink }
      if (width === 2) row[column + 1] = { letter: '', ink }
      column += width
    }
  }
  return column - box.x
}

/** The same, with the end of the line at the right edge of the box. */
export function putRight(frame: Frame, box: Box, y: number, line: readonly Span[]): number {
  const width = lineWidth(line)
  const x = Math.max(0, box.width - width)
  put(frame, box, y, line, x)
  return x
}

export function fill(frame: Frame, box: Box, y: number, letter: string, ink: Ink): void {
  put(frame, box, y, [{ text: letter.repeat(box.width), ink }])
}

export function clear(frame: Frame, box: Box): void {
  for (let y = 0; y < box.height; y++) fill(frame, box, y, ' ', 'plain')
}

export function lineWidth(line: readonly Span[]): number {
  return line.reduce(
    (width, { text }) =>
      width + letters(printable(text)).reduce((sum, letter) => sum + letterWidth(letter), 0),
    0,
  )
}

/** As text, for tests. */
export function frameText(frame: Frame): string {
  return frame.rows
    .map((row) =>
      row
        .map(({ letter }) => letter)
        .join('')
        .trimEnd(),
    )
    .join('\n')
}
