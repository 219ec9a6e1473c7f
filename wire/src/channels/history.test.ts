/**
 * Guards what members of a channel write for each other, as `content/history.test.ts` does what people say.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { channelSchemas, channelsVersion } from '#channels/schemas.ts'
import { historyLines, shapeOf } from '#history-for-tests.ts'

const shape = shapeOf(channelSchemas.map(({ name, fields }) => [name, fields]))
const fingerprint = createHash('sha256').update(shape).digest('hex')
const page = readFileSync(new URL('../../channels-history.md', import.meta.url), 'utf8')
const lines = historyLines(page)

test('the last line of wire/channels-history.md is about the schemas as they are', () => {
  const next = `| ${lines.length + 1} | \`${fingerprint}\` | what changed, in one line |`
  expect(
    lines.at(-1)?.fingerprint,
    `A schema changed. Raise channelsVersion, and add to wire/channels-history.md:\n${next}\n`,
  ).toBe(fingerprint)
})

test('the lines of wire/channels-history.md count from 1 to the version, and no two are about the same schemas', () => {
  expect(lines.map(({ version }) => version)).toEqual(lines.map((_, i) => i + 1))
  expect(lines.length).toBe(channelsVersion)
  expect(new Set(lines.map((line) => line.fingerprint)).size).toBe(lines.length)
})
