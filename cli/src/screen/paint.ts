/**
 * @module What to write to a terminal so that it shows a frame: only what is another than before.
 *
 * Terminals disagree about the width of letters of several parts. Before one that is not of ASCII its cells are blanked,
 * after it the column is set anew, and what a terminal that takes it for wider may have painted over is painted again: a
 * wrong guess moves nothing and leaves nothing behind.
 */
import type { Cell, Frame } from '#screen/frame.ts'
import { type Ink, inkParameters } from '#screen/ink.ts'

/** Private mode 2026: the terminal shows everything between the two at once, where it knows how. */
const begin = '\u001b[?2026h\u001b[?25l'
const end = '\u001b[?2026l'

/** As far as a letter of several parts may reach: each of them as wide as two columns. */
const maxReach = 8

export function paint(before: Frame | undefined, after: Frame, hasColour: boolean): string {
  const isSameSize =
    before !== undefined &&
    before.columns === after.columns &&
    before.rows.length === after.rows.length
  let output = isSameSize ? '' : '\u001b[0m\u001b[2J'
  let ink: Ink = 'plain'
  after.rows.forEach((row, y) => {
    const old = isSameSize ? before.rows[y] : undefined
    let column = -1
    let doubtfulUntil = 0
    row.forEach((cell, x) => {
      const { letter } = cell
      if (letter === '') return
      if (old !== undefined && x >= doubtfulUntil && isSame(row, old, x)) return
      if (column !== x) output += moveTo(x, y)
      if (cell.ink !== ink) {
        const parameters = inkParameters(cell.ink, hasColour)
        output += parameters === '' ? '\u001b[0m' : `\u001b[0;${parameters}m`
        ink = cell.ink
      }
      if (isPlain(letter)) {
        output += letter
        column = x + 1
        return
      }
      const width = row[x + 1]?.letter === '' ? 2 : 1
      output += `${' '.repeat(width)}${moveTo(x, y)}${letter}`
      column = -1
      if (hasParts(letter)) doubtfulUntil = x + maxReach
    })
  })
  if (ink !== 'plain') output += '\u001b[0m'
  const { cursor } = after
  const isCursorSame = before?.cursor?.x === cursor?.x && before?.cursor?.y === cursor?.y
  if (output === '' && isSameSize && isCursorSame) return ''
  const shown = cursor === undefined ? '' : `${moveTo(cursor.x, cursor.y)}\u001b[?25h`
  return `${begin}${output}${shown}${end}`
}

/** A wide letter is painted again when its right half was another. */
function isSame(row: readonly Cell[], old: readonly Cell[], x: number): boolean {
  const isWide = row[x + 1]?.letter === ''
  return isSameCell(row[x], old[x]) && (!isWide || isSameCell(row[x + 1], old[x + 1]))
}

function isSameCell(a: Cell | undefined, b: Cell | undefined): boolean {
  return a?.letter === b?.letter && a?.ink === b?.ink
}

function isPlain(letter: string): boolean {
  return letter.length === 1 && letter >= ' ' && letter <= '~'
}

function hasParts(letter: string): boolean {
  return [...letter].length > 1
}

function moveTo(x: number, y: number): string {
  return `\u001b[${y + 1};${x + 1}H`
}
