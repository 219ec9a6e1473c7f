/**
 * Guards the wire: whoever changes a schema writes down what changed, so that nobody changes one by accident.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const wire = new URL('../', import.meta.url)

function fingerprint(): string {
  const hash = createHash('sha256')
  const proto = new URL('proto/', wire)
  const files = readdirSync(proto, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.proto'))
    .toSorted()
  for (const file of files) {
    const content = readFileSync(new URL(file, proto))
    hash.update(`${file} ${content.length}\n`).update(content)
  }
  return hash.digest('hex')
}

/** The rows of the table in history.md: version, fingerprint, what changed. */
function history(): readonly (readonly [version: string, fingerprint: string, change: string])[] {
  const rows = readFileSync(new URL('history.md', wire), 'utf8').matchAll(
    /^\| +(\d+) +\| +`([0-9a-f]{64})` +\| +(\S.*?) +\|$/gm,
  )
  return Array.from(rows, ([, version = '', hash = '', change = '']) => [version, hash, change])
}

test('the last line of wire/history.md is about the schemas as they are', () => {
  const rows = history()
  const last = rows.at(-1)
  const next = `| ${rows.length + 1} | \`${fingerprint()}\` | what changed, in one line |`
  expect(last?.[1], `A schema changed. Add to wire/history.md:\n${next}\n`).toBe(fingerprint())
})

test('the lines of wire/history.md count from 1, and no two are about the same schemas', () => {
  const rows = history()
  expect(rows.map(([version]) => Number(version))).toEqual(rows.map((_, i) => i + 1))
  expect(new Set(rows.map(([, hash]) => hash)).size).toBe(rows.length)
})
