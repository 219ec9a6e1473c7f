/**
 * @module A page of docs/protocols, held against the tests that it names and the options that it mentions.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const source = fileURLToPath(new URL('../', import.meta.url))
const docs = join(source, '../../docs')

export interface ProtocolPage {
  /** By their number, the cells of the numbered rows below a heading. */
  rowsOf(heading: string): ReadonlyMap<number, readonly string[]>
  /** Paths of the tests that have a name which begins with the protocol and this number, from `server/src`. */
  provenIn(number: number): readonly string[]
  /** Names of tests that the page quotes, and that no test has. */
  readonly quoted: readonly string[]
  readonly quotedInVain: readonly string[]
  /** Flags that the page mentions, and that no option has. */
  readonly unknownFlags: readonly string[]
}

export function readProtocolPage(protocol: string): ProtocolPage {
  const page = readFileSync(join(docs, 'protocols', `${protocol}.md`), 'utf8')
  const options = readFileSync(join(docs, 'options.md'), 'utf8')
  const texts = readTests()
  const everything = [...texts.values()].join('\n')
  const quoted = [...page.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name)
  const flags = new Set([...page.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag))
  return {
    rowsOf(heading) {
      const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
      const rows = section.split('\n').filter((line) => /^\| *\d+ *\|/.test(line))
      return new Map(rows.map((line) => [Number(cellsOf(line)[0]), cellsOf(line)]))
    },
    provenIn: (number) =>
      [...texts]
        .filter(([, text]) => new RegExp(`['"\`]${protocol} ${number}: `).test(text))
        .map(([path]) => path),
    quoted,
    quotedInVain: quoted.filter((name) => !everything.includes(name)),
    unknownFlags: [...flags].filter((flag) => !options.includes(`\`${flag}\``)),
  }
}

/** Tests, and the suites that several tests run, by their path. */
function readTests(): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => /(?:\.test|contract[^/]*)\.ts$/.test(path))
      .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(source, path), 'utf8')]),
  )
}

function cellsOf(line: string): readonly string[] {
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())
}

/** The paths that a cell names. */
export function pathsIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
}

export function numbersTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, i) => i + 1)
}
