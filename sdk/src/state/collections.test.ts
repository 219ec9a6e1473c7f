import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collections, inBackup, selfRecords } from '#state/collections.ts'

const source = join(import.meta.dirname, '..')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .filter((path) => !/(?:\.test|\.bench|-for-tests|contract|fake-[^/]*)\.ts$/.test(path))
const texts = files.map((path) => ({ path, text: readFileSync(join(source, path), 'utf8') }))

/** They take the names of collections from others. */
const carriers = /^(?:state|vault|storage|backup)\//

/** Every `table<…>('name')`, whatever stands between the brackets. */
function tablesOf(text: string): readonly string[] {
  return Array.from(
    text.matchAll(/\btable(?:<[^()]{0,200}?>)?\(\s*'([^']*)'/g),
    ([, name = '']) => name,
  )
}

function cellsOf(text: string): readonly string[] {
  const found = text.matchAll(/\bcell(?:<[^()]{0,200}?>)?\(\s*'([^']*)',\s*'([^']*)'/g)
  return Array.from(found, ([, name = '', id = '']) => `${name}/${id}`)
}

/** What is put and read without a table: the name stands there, or in a constant of the file. */
function directOf(path: string, text: string): readonly string[] {
  if (carriers.test(path)) return []
  const calls = text.matchAll(
    /\b(?:work|inner|reader|records|state)\s*\.(?:put|get|list|delete)\(\s*('[^']*'|\w+)\s*,/g,
  )
  return Array.from(calls, ([, given = '']) => {
    if (given.startsWith("'")) return given.slice(1, -1)
    const constant = new RegExp(`const ${given} = '([a-z-]+)'`).exec(text)
    return constant?.[1] ?? `${path}: ${given}`
  })
}

test('the list has every collection that the sources name, and no other', () => {
  const named = new Set<string>()
  for (const { path, text } of texts) {
    if (path === 'state/table.ts') continue
    for (const name of tablesOf(text)) named.add(name)
    for (const place of cellsOf(text)) named.add(place.slice(0, place.indexOf('/')))
    for (const name of directOf(path, text)) named.add(name)
    for (const [, name = ''] of text.matchAll(/collection: '([a-z-]+)'/g)) named.add(name)
  }
  expect([...named].toSorted()).toEqual(collections.map(({ name }) => name).toSorted())
})

test('the list has every single value, and all of them are of one collection', () => {
  const cells = texts.flatMap(({ path, text }) => (path === 'state/table.ts' ? [] : cellsOf(text)))
  const named = new Set([...cells, 'self/identity'])
  expect([...named].toSorted()).toEqual(selfRecords.map(({ name }) => `self/${name}`).toSorted())
})

test('a place that nobody knows is in no backup', () => {
  expect(inBackup('message', 'a')).toBe('as-it-is')
  expect(inBackup('session', 'a')).toBe('by-text')
  expect(inBackup('self', 'settings')).toBe('as-it-is')
  expect(inBackup('self', 'identity')).toBe('stays')
  expect(inBackup('vault', 'header')).toBe('stays')
  expect(inBackup('self', 'other')).toBeUndefined()
  expect(inBackup('other', 'a')).toBeUndefined()
})
