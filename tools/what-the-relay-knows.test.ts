/**
 * Holds docs/what-the-relay-knows.md against the schema of a real database and against the catalogues of events and
 * metrics: the page lists all of it and nothing else.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { selectDriver } from '@sotto/server/store/sqlite/driver.ts'
import { openSqliteStore } from '@sotto/server/store/sqlite/open.ts'
import { eventCatalog } from '@sotto/server/watch/event-catalog.ts'
import { metricCatalog } from '@sotto/server/watch/metric-catalog.ts'

const page = readFileSync(new URL('../docs/what-the-relay-knows.md', import.meta.url), 'utf8')

/** The first cells of the rows of the table whose header begins so. */
function rowsOf(header: string, cells: number): string[] {
  const lines = page.split('\n')
  const start = lines.findIndex((line) => line.replaceAll(/ +/g, ' ').startsWith(header))
  expect(start, header).toBeGreaterThan(-1)
  const rows: string[] = []
  for (const line of lines.slice(start + 2)) {
    if (!line.startsWith('|')) break
    const row = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim())
    expect(row.at(-1), `why of ${row[0]}`).not.toBe('')
    rows.push(row.slice(0, cells).join(' | '))
  }
  return rows
}

test('every column of the database is on the page, and no other', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-knows-'))
  try {
    const path = join(folder, 'relay.db')
    await (await openSqliteStore({ path }))[Symbol.asyncDispose]()
    const connection = (await selectDriver())(path, { readOnly: false })
    const columns = connection
      .prepare<{ entry: string }>(
        `SELECT m.name || ' | ' || c.name AS entry FROM sqlite_schema m, pragma_table_info(m.name) c
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`,
      )
      .all()
      .map((row) => row.entry)
    connection.close()
    expect(rowsOf('| table | column |', 2).toSorted()).toEqual(columns.toSorted())
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

test('every event and its fields are on the page, and no other', () => {
  const events = Object.entries(eventCatalog).map(
    ([name, event]) => `${name} | ${Object.keys(event.fields).join(', ')}`,
  )
  expect(rowsOf('| event | fields |', 2).toSorted()).toEqual(events.toSorted())
})

test('every metric and its labels are on the page, and no other', () => {
  const metrics = Object.values(metricCatalog).map(
    (metric) => `${metric.name} | ${Object.keys(metric.labels).join(', ')}`,
  )
  expect(rowsOf('| metric | labels |', 2).toSorted()).toEqual(metrics.toSorted())
})
