/**
 * @module What to write to a terminal so that it shows a frame: only what is another than before.
 *
 * Terminals disagree about the width of emoji of several parts. After each letter that is not of ASCII the column is set
 * anew, so that a wrong guess moves nothing else.
 */
import type { Cell, Frame } from '#screen/frame.ts'
import { type Ink, inkParameters } from '#screen/ink.ts'

/** Private mode 2026: the terminal shows everything between the two at once, where it knows how. */
const begin = '\u001b[?2026h\u001b[?25l'
const end = '\u001b[?2026l'

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
    row.forEach((cell, x) => {
      if (cell.letter === '' || (old !== undefined && isSame(row, old, x))) return
      if (column !== x) output += moveTo(x, y)
      if (cell.ink !== ink) {
        const parameters = inkParameters(cell.ink, hasColour)
        output += parameters === '' ? '\u001b[0m' : `\u001b[0;${parameters}m`
        ink = cell.ink
      }
      output += cell.letter
      column = isPlain(cell.letter) ? x + 1 : -1
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

function moveTo(x: number, y: number): string {
  return `\u001b[${y + 1};${x + 1}H`
}
