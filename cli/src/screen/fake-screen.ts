/**
 * @module A terminal for tests: it knows what `paint` writes, refuses anything else, and shows what is on it.
 */
import { letters, letterWidth } from '#screen/width.ts'

/** How a terminal counts: as we do, or each part of a letter for itself. */
export type Counting = 'letters' | 'parts'

export class FakeScreen {
  readonly #rows: string[][]
  readonly #columns: number
  readonly #counting: Counting
  #x = 0
  #y = 0

  constructor(columns: number, rows: number, counting: Counting = 'letters') {
    this.#columns = columns
    this.#counting = counting
    this.#rows = Array.from({ length: rows }, () => Array.from({ length: columns }, () => ' '))
  }

  write(output: string): void {
    // oxlint-disable-next-line no-control-regex
    for (const [, sequence, text] of output.matchAll(/\u001b(\[[?\d;]*[A-Za-z])|([^\u001b]+)/g)) {
      if (sequence === undefined) this.#print(text ?? '')
      else this.#obey(sequence)
    }
  }

  /** Cells; empty behind a wide letter. */
  row(y: number): readonly string[] {
    return this.#rows[y] ?? []
  }

  text(): string {
    return this.#rows.map((row) => row.join('').trimEnd()).join('\n')
  }

  #obey(sequence: string): void {
    const [, row, column] = /^\[(\d+);(\d+)H$/.exec(sequence) ?? []
    if (row !== undefined && column !== undefined) {
      this.#y = Number(row) - 1
      this.#x = Number(column) - 1
    } else if (sequence === '[2J') {
      for (const each of this.#rows) each.fill(' ')
    } else if (!/^\[(?:[\d;]+m|\?(?:2026|25)[hl])$/.test(sequence)) {
      throw new Error(`Cannot obey ESC ${sequence}`)
    }
  }

  #print(text: string): void {
    for (const letter of letters(text)) {
      const width = this.#widthOf(letter)
      if (this.#x + letterWidth(letter) > this.#columns) {
        throw new Error('Cannot print behind the last column')
      }
      const row = this.#rows[this.#y] ?? []
      // Half of a wide letter is none.
      if (row[this.#x] === '') row[this.#x - 1] = ' '
      for (let x = this.#x; x < Math.min(this.#columns, this.#x + width); x++) row[x] = ''
      row[this.#x] = letter
      if (row[this.#x + width] === '') row[this.#x + width] = ' '
      this.#x += width
    }
  }

  #widthOf(letter: string): number {
    if (this.#counting === 'letters') return letterWidth(letter)
    return [...letter].reduce((width, part) => width + letterWidth(part), 0)
  }
}
