/**
 * @module Ties docs/protocols/mobium.md to the tests that it names: every behaviour of the reference is proven by a test
 * or is not the relay's, and every test that the page quotes is there.
 */
import { describe, expect, test } from 'vitest'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

const source = fileURLToPath(new URL('../../../', import.meta.url))
const page = readFileSync(join(source, '../../docs/protocols/mobium.md'), 'utf8')

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

/** Paths of the tests whose names begin with this number. */
const provenIn = (number: number) =>
  [...texts]
    .filter(([, text]) => new RegExp(`['"\`]mobium ${number}: `).test(text))
    .map(([path]) => path)

/** The files in the third cell of its row, or its words when it has none. */
function placesOf(number: number): { readonly files: readonly string[]; readonly words: string } {
  const words = behaviours.get(number)?.[2] ?? ''
  return { files: [...words.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path), words }
}

describe('docs/protocols/mobium.md', () => {
  test('lists behaviours 1 to 92, each once', () => {
    expect([...behaviours.keys()]).toEqual(numbers(92))
  })

  test.each(numbers(92))('behaviour %i is proven where the page says', (number) => {
    const { files, words } = placesOf(number)
    const found = provenIn(number)
    if (files.length === 0) {
      expect(words).toMatch(/^(?:the client’s|the client's): \w/)
      expect(found).toEqual([])
    }
    expect(files.filter((path) => !found.includes(path))).toEqual([])
  })

  test('every behaviour that is proven to a running relay says so', () => {
    const contract = 'door/mobium/contract/'
    const left = numbers(92).filter((number) => {
      const proven = provenIn(number).some((path) => path.startsWith(contract))
      return proven && !placesOf(number).files.some((path) => path.startsWith(contract))
    })
    expect(left).toEqual([])
  })

  test('lists weaknesses 1 to 30, each closed or kept', () => {
    const rows = rowsOf('Weaknesses')
    expect([...rows.keys()]).toEqual(numbers(30))
    for (const [number, row] of rows) {
      expect([number, /^(?:closed|kept)\b/.test(row[2] ?? '')]).toEqual([number, true])
    }
  })

  test('quotes only tests that are there', () => {
    const all = [...texts.values()].join('\n')
    const quoted = [...page.matchAll(/“([^”]+)”/g)].map(([, name = '']) => name)
    expect(quoted.filter((name) => !all.includes(name))).toEqual([])
  })

  test('names only options that are there', () => {
    const options = readFileSync(join(source, '../../docs/options.md'), 'utf8')
    const flags = new Set([...page.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag))
    expect([...flags].filter((flag) => !options.includes(`\`${flag}\``))).toEqual([])
  })
})
