/**
 * @module Ties docs/protocols/obscura.md to the tests that it names: every behaviour of the reference is proven by a test
 * or left out for a reason, and every test that the page quotes is there.
 */
import { describe, expect, test } from 'vitest'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const source = fileURLToPath(new URL('../../../', import.meta.url))
const page = readFileSync(join(source, '../../docs/protocols/obscura.md'), 'utf8')

/** Tests, and the suites that several tests run. */
const texts = new Map(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(?:\.test|contract[^/]*)\.ts$/.test(path))
    .map((path) => [path.replaceAll('\\', '/'), readFileSync(join(source, path), 'utf8')]),
)

const cells = (line: string) =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())

function rowsOf(heading: string): ReadonlyMap<number, readonly string[]> {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const rows = section.split('\n').filter((line) => /^\| *\d+ *\|/.test(line))
  return new Map(rows.map((line) => [Number(cells(line)[0]), cells(line)]))
}

const numbers = (last: number) => Array.from({ length: last }, (_, i) => i + 1)
const behaviours = rowsOf('Behaviours')

describe('docs/protocols/obscura.md', () => {
  test('lists behaviours 1 to 102, each once', () => {
    expect([...behaviours.keys()]).toEqual(numbers(102))
  })

  test.each(numbers(102))(
    'behaviour %i is proven where the page says, or left out for a reason',
    (number) => {
      const where = behaviours.get(number)?.[2] ?? ''
      const files = [...where.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path)
      const found = [...texts].filter(([, text]) =>
        new RegExp(`['"\`]obscura ${number}: `).test(text),
      )
      if (files.length === 0) {
        expect(where).toMatch(/^later version: \w.+ came with 0\.\d+\.\d+/)
        expect(found.map(([path]) => path)).toEqual([])
        return
      }
      for (const path of files)
        expect([path, found.some(([other]) => other === path)]).toEqual([path, true])
    },
  )

  test('lists weaknesses 1 to 30, each closed or kept', () => {
    const weaknesses = rowsOf('Weaknesses')
    expect([...weaknesses.keys()]).toEqual(numbers(30))
    for (const [number, row] of weaknesses) {
      expect([number, /^(?:closed|kept)\b/.test(row[2] ?? '')]).toEqual([number, true])
    }
  })

  test('quotes only tests that are there', () => {
    const all = [...texts.values()].join('\n')
    const quoted = [...page.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name)
    expect(quoted.length).toBeGreaterThan(30)
    expect(quoted.filter((name) => !all.includes(name))).toEqual([])
  })

  test('names only options that are there', () => {
    const options = readFileSync(join(source, '../../docs/options.md'), 'utf8')
    const flags = new Set([...page.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag))
    expect([...flags].filter((flag) => !options.includes(`\`${flag}\``))).toEqual([])
  })
})
