/**
 * Guards the live door: whoever changes a schema writes down what changed, so that nobody changes one by accident.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { capabilityNames, liveVersion } from '#live/capabilities.ts'
import { distributionFields } from '#live/distribution.ts'
import { downMessages } from '#live/down.ts'
import type { DescribedField } from '#live/kinds.ts'
import { upMessages } from '#live/up.ts'

/** All that matters on the wire: everything but prose. */
function shape(fields: Readonly<Record<string, DescribedField>>): unknown {
  return Object.entries(fields).map(([name, { kind, presence, prose: _, isOurs: __, ...rest }]) => [
    name,
    kind.label,
    kind.fields === undefined ? [] : shape(kind.fields),
    presence,
    rest,
  ])
}

function fingerprint(): string {
  const messages = [upMessages, downMessages].map((table) =>
    Object.values(table).map(({ name, fields }) => [name, shape(fields)]),
  )
  const all = [messages, shape(distributionFields), capabilityNames]
  return createHash('sha256').update(JSON.stringify(all)).digest('hex')
}

/** The rows of the table in live-history.md: version, fingerprint, what changed. */
function history(): readonly (readonly [version: string, fingerprint: string, change: string])[] {
  const page = new URL('../../live-history.md', import.meta.url)
  const rows = readFileSync(page, 'utf8').matchAll(
    /^\| +(\d+) +\| +`([0-9a-f]{64})` +\| +(\S.*?) +\|$/gm,
  )
  return Array.from(rows, ([, version = '', hash = '', change = '']) => [version, hash, change])
}

test('the last line of wire/live-history.md is about the schemas as they are', () => {
  const rows = history()
  const next = `| ${rows.length + 1} | \`${fingerprint()}\` | what changed, in one line |`
  expect(
    rows.at(-1)?.[1],
    `A schema changed. Raise liveVersion, and add to wire/live-history.md:\n${next}\n`,
  ).toBe(fingerprint())
})

test('the lines of wire/live-history.md count from 1 to the version, and no two are about the same schemas', () => {
  const rows = history()
  expect(rows.map(([version]) => Number(version))).toEqual(rows.map((_, i) => i + 1))
  expect(rows.length).toBe(liveVersion)
  expect(new Set(rows.map(([, hash]) => hash)).size).toBe(rows.length)
})
