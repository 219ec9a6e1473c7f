/**
 * @module SQLite as Bun has it. Reads rows about twice as fast as `node:sqlite` does.
 */
import { Database } from 'bun:sqlite'
import type { Connection, OpenMode, SqlValue, Statement } from '#store/sqlite/driver.ts'

export function openConnection(path: string, mode: OpenMode): Connection {
  const database = new Database(
    path,
    mode.readOnly ? { readonly: true } : { readwrite: true, create: true },
  )
  return {
    exec: (sql) => void database.exec(sql),
    prepare<Row>(sql: string): Statement<Row> {
      const statement = database.prepare<Row, SqlValue[]>(sql)
      return {
        run: statement.run.bind(statement),
        get: (...values) => statement.get(...values) ?? undefined,
        all: statement.all.bind(statement),
        iterate: statement.iterate.bind(statement),
      }
    },
    close: () => database.close(false),
  }
}
