/**
 * @module Ties docs/protocols/vauchi.md to the tests that it names, and to the options.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const source = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(join(source, '../../docs/protocols/vauchi.md'), 'utf8')

/** The numbers that each test's name begins with, by path. */
const provenByPath = new Map(
  readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .map((path) => [
      path.replaceAll('\\', '/'),
      numbersIn(readFileSync(join(source, path), 'utf8')),
    ]),
)

function numbersIn(text: string): ReadonlySet<number> {
  const names = [...text.matchAll(/['"`]vauchi ((?:\d+(?:, | and )?)+): /g)]
  return new Set(names.flatMap(([, list = '']) => list.match(/\d+/g) ?? []).map(Number))
}

const rows = page
  .split('\n')
  .filter((line) => /^\| *\d+ *\| [^|]+\| *`[^|]+\.test\.ts` *\|$/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, number, , files = '']) => ({
    number: Number(number),
    files: [...files.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
  }))

const listed = [...Array.from({ length: 61 }, (_, i) => i + 1), 79, 80, 81, 82]

describe('docs/protocols/vauchi.md', () => {
  test('lists each behaviour of this door once', () => {
    expect(rows.map((row) => row.number)).toEqual(listed)
  })

  test('says of each where it is proven, and nothing else', () => {
    for (const { number, files } of rows) {
      const found = [...provenByPath].filter(([, numbers]) => numbers.has(number))
      const paths = found.map(([path]) => path).filter((path) => !path.startsWith('door/ohttp/'))
      expect([number, paths.toSorted()]).toEqual([number, files.toSorted()])
    }
  })

  test('names only options that are there', () => {
    const options = readFileSync(join(source, '../../docs/options.md'), 'utf8')
    const flags = new Set([...page.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag))
    expect([...flags].filter((flag) => !options.includes(`\`${flag}\``))).toEqual([])
  })
})
