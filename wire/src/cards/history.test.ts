/**
 * Guards what people hand on about themselves, as `content/history.test.ts` does what they say.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cardRecords, cardsVersion } from '#cards/records.ts'
import { historyLines, shapeOf } from '#history-for-tests.ts'

const shape = shapeOf(cardRecords.map(({ name, fields }) => [name, fields]))
const fingerprint = createHash('sha256').update(shape).digest('hex')
const page = readFileSync(new URL('../../cards-history.md', import.meta.url), 'utf8')
const lines = historyLines(page)

test('the last line of wire/cards-history.md is about the schemas as they are', () => {
  const next = `| ${lines.length + 1} | \`${fingerprint}\` | what changed, in one line |`
  expect(
    lines.at(-1)?.fingerprint,
    `A schema changed. Raise cardsVersion, and add to wire/cards-history.md:\n${next}\n`,
  ).toBe(fingerprint)
})

test('the lines of wire/cards-history.md count from 1 to the version, and no two are about the same schemas', () => {
  expect(lines.map(({ version }) => version)).toEqual(lines.map((_, i) => i + 1))
  expect(lines.length).toBe(cardsVersion)
  expect(new Set(lines.map((line) => line.fingerprint)).size).toBe(lines.length)
})
