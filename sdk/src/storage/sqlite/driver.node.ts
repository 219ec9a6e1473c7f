/**
 * @module SQLite as Node has it.
 */
import { DatabaseSync } from 'node:sqlite'
import type { Connection, Statement } from '#storage/sqlite/driver.ts'

export function openConnection(path: string): Connection {
  const database = new DatabaseSync(path)
  return {
    exec: (sql) => database.exec(sql),
    prepare<Row>(sql: string): Statement<Row> {
      const statement = database.prepare(sql)
      // The row type is the word of whoever wrote the SQL; node:sqlite knows only records of values.
      return {
        run: (...values) => statement.run(...values),
        get: (...values) => statement.get(...values) as Row | undefined,
        all: (...values) => statement.all(...values) as Row[],
      }
    },
    close: () => database.close(),
  }
}
