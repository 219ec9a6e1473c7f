/**
 * @module What a run found: rows of figures, targets that were met or not, and what was left out and why.
 */

export interface Row {
  readonly workload: string
  readonly system: string
  readonly load: string
  readonly perSecond: number
  readonly failed: number
  readonly p50Millis: number
  readonly p99Millis: number
  readonly p999Millis: number
  readonly cpuSeconds: number | undefined
  readonly writtenBytes: number | undefined
  readonly rssBytes: number | undefined
  readonly durability: string
}

export interface Target {
  readonly workload: string
  readonly wanted: string
  readonly measured: string
  readonly isMet: boolean
}

/** Something that must never be: it fails the run. */
export interface Fault {
  readonly workload: string
  readonly what: string
}

export class Report {
  readonly #rows: Row[] = []
  readonly #targets: Target[] = []
  readonly #notes: string[] = []
  readonly #faults: Fault[] = []
  readonly #print: (line: string) => void

  constructor(print: (line: string) => void) {
    this.#print = print
  }

  get faults(): readonly Fault[] {
    return this.#faults
  }

  heading(text: string): void {
    this.#print(`\n${text}`)
    this.#print(headings.map(([title, width]) => title.padStart(width)).join(' '))
  }

  row(row: Row): void {
    this.#rows.push(row)
    this.#print(rowText(row))
    if (row.failed > 0) {
      this.fault(row.workload, `${row.failed} requests to ${row.system} failed at ${row.load}`)
    }
  }

  note(text: string): void {
    this.#notes.push(text)
    this.#print(`  ${text}`)
  }

  /** Something that could not be run here; it is said loudly, and again at the end. */
  skip(text: string): void {
    this.note(`SKIPPED: ${text}`)
  }

  target(workload: string, wanted: string, measured: string, isMet: boolean): void {
    this.#targets.push({ workload, wanted, measured, isMet })
  }

  fault(workload: string, what: string): void {
    this.#faults.push({ workload, what })
    this.#print(`  FAULT: ${what}`)
  }

  summary(): void {
    this.#print('\nTargets')
    for (const { workload, wanted, measured, isMet } of this.#targets) {
      this.#print(`  ${isMet ? 'met    ' : 'NOT MET'}  ${workload}  ${wanted}: ${measured}`)
    }
    for (const note of this.#notes.filter((text) => text.startsWith('SKIPPED'))) {
      this.#print(`  ${note}`)
    }
    for (const { workload, what } of this.#faults) this.#print(`  FAULT    ${workload}  ${what}`)
  }

  toJson(): string {
    const { rows, targets, notes, faults } = {
      rows: this.#rows,
      targets: this.#targets,
      notes: this.#notes,
      faults: this.#faults,
    }
    return JSON.stringify({ rows, targets, notes, faults }, undefined, 2)
  }
}

const headings: readonly (readonly [title: string, width: number])[] = [
  ['system', 20],
  ['load', 18],
  ['per s', 8],
  ['p50 ms', 8],
  ['p99 ms', 8],
  ['p99.9', 8],
  ['cpu s', 7],
  ['written', 9],
  ['rss', 9],
  ['  durability', 12],
]

function rowText(row: Row): string {
  const cells = [
    row.system,
    row.load,
    row.perSecond.toFixed(0),
    row.p50Millis.toFixed(2),
    row.p99Millis.toFixed(2),
    row.p999Millis.toFixed(2),
    row.cpuSeconds?.toFixed(2) ?? '-',
    row.writtenBytes === undefined ? '-' : bytesText(row.writtenBytes),
    row.rssBytes === undefined ? '-' : bytesText(row.rssBytes),
    `  ${row.durability}`,
  ]
  return cells.map((cell, i) => cell.padStart(headings[i]?.[1] ?? 0)).join(' ')
}

export function bytesText(bytes: number): string {
  if (bytes < 10_000) return `${bytes.toFixed(0)} B`
  if (bytes < 10_000_000) return `${(bytes / 1000).toFixed(0)} kB`
  return `${(bytes / 1_000_000).toFixed(0)} MB`
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2
}
