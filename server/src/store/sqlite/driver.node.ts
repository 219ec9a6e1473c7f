/**
 * @module SQLite as Node has it.
 */
import { DatabaseSync } from 'node:sqlite'
import type { Connection, OpenMode, Statement } from '#store/sqlite/driver.ts'

export function openConnection(path: string, mode: OpenMode): Connection {
  const database = new DatabaseSync(path, { readOnly: mode.readOnly })
  return {
    exec: (sql) => database.exec(sql),
    prepare<Row>(sql: string): Statement<Row> {
      const statement = database.prepare(sql)
      // The row type is the word of whoever wrote the SQL; node:sqlite knows only records of values.
      return {
        run: (...values) => statement.run(...values),
        get: (...values) => statement.get(...values) as Row | undefined,
        all: (...values) => statement.all(...values) as Row[],
        iterate: (...values) => statement.iterate(...values) as Iterable<Row>,
      }
    },
    close: () => database.close(),
  }
}
