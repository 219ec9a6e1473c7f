/**
 * Guards what clients say: whoever changes a schema writes down what changed, so that nobody changes one by accident.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { contentKinds, contentVersion } from '#content/content.ts'
import { letterFields } from '#content/letter.ts'
import { historyLines, shapeOf } from '#history-for-tests.ts'

const shape = shapeOf([
  ...Object.values(contentKinds).map(({ name, fields }) => [name, fields] as const),
  ['letter', letterFields],
])
const fingerprint = createHash('sha256').update(shape).digest('hex')
const page = readFileSync(new URL('../../content-history.md', import.meta.url), 'utf8')
const lines = historyLines(page)

test('the last line of wire/content-history.md is about the schemas as they are', () => {
  const next = `| ${lines.length + 1} | \`${fingerprint}\` | what changed, in one line |`
  expect(
    lines.at(-1)?.fingerprint,
    `A schema changed. Raise contentVersion, and add to wire/content-history.md:\n${next}\n`,
  ).toBe(fingerprint)
})

test('the lines of wire/content-history.md count from 1 to the version, and no two are about the same schemas', () => {
  expect(lines.map(({ version }) => version)).toEqual(lines.map((_, i) => i + 1))
  expect(lines.length).toBe(contentVersion)
  expect(new Set(lines.map((line) => line.fingerprint)).size).toBe(lines.length)
})
