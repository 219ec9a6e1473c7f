/**
 * @module Since when settings are what they are, in SQLite.
 */
import type { MilestoneStore } from '#store/store.ts'
import type { Connection } from '#store/sqlite/driver.ts'
import type { Writer } from '#store/sqlite/writer.ts'

// ------------------------------------------------------------------------------------- the writing thread

interface SinceInput {
  readonly name: string
  readonly value: number
  readonly nowMillis: number
}

export function milestonePrograms(
  connection: Connection,
): Readonly<Record<string, (input: never) => unknown>> {
  const select = connection.prepare<{ value: number; since: number }>(
    'SELECT value, since FROM milestone WHERE name = ?',
  )
  const put = connection.prepare('INSERT OR REPLACE INTO milestone VALUES (?, ?, ?)')
  return {
    'milestones.since': ({ name, value, nowMillis }: SinceInput): number => {
      const known = select.get(name)
      if (known?.value === value) return known.since
      put.run(name, value, nowMillis)
      return nowMillis
    },
  }
}

// --------------------------------------------------------------------------------------- the relay's thread

export class SqliteMilestones implements MilestoneStore {
  readonly #writer: Writer

  constructor(writer: Writer) {
    this.#writer = writer
  }

  since(name: string, value: number, nowMillis: number): Promise<number> {
    return this.#writer.call('milestones.since', { name, value, nowMillis })
  }
}
