/**
 * @module The repository as the house's own checks read it: every file that is ours, by its path from the root.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = fileURLToPath(new URL('../', import.meta.url))

/** Folders that hold what others made or what a run left behind. */
const foreign: ReadonlySet<string> = new Set([
  'node_modules',
  '.git',
  'data',
  'coverage',
  '.verify',
])

/** Paths of all files, with slashes, sorted. */
export function listFiles(folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory()) return foreign.has(entry.name) ? [] : listFiles(path)
      return entry.isFile() ? [path] : []
    })
    .toSorted()
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** The section of a Markdown page below this heading, up to the next one of the same or a higher level. */
export function section(page: string, heading: string): string {
  const start = page.split('\n').indexOf(heading)
  if (start < 0) throw new Error(`Cannot find section: no line says "${heading}"`)
  const level = heading.indexOf(' ')
  const lines = page.split('\n').slice(start + 1)
  const end = lines.findIndex((line) => {
    const marks = /^(#+) /.exec(line)?.[1]
    return marks !== undefined && marks.length <= level
  })
  return lines.slice(0, end < 0 ? undefined : end).join('\n')
}

/** The body rows of the Markdown table whose header's first cell is `firstHeader`. */
export function tableRows(page: string, firstHeader: string): readonly (readonly string[])[] {
  const lines = page.split('\n')
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
  const header = lines.findIndex((line) => line.startsWith('|') && cells(line)[0] === firstHeader)
  if (header < 0) throw new Error(`Cannot find table: no header begins with "${firstHeader}"`)
  const body = lines.slice(header + 2)
  const end = body.findIndex((line) => !line.startsWith('|'))
  return body.slice(0, end < 0 ? undefined : end).map(cells)
}

/** What stands in backticks in a cell. */
export function quoted(cell: string): readonly string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), (match) => match[1] ?? '')
}
