/**
 * @module SQLite as Bun has it.
 */
import { Database } from 'bun:sqlite'
import type { Connection, SqlValue, Statement } from '#storage/sqlite/driver.ts'

export function openConnection(path: string): Connection {
  const database = new Database(path, { readwrite: true, create: true })
  const statements: { finalize(): void }[] = []
  return {
    exec: (sql) => void database.exec(sql),
    prepare<Row>(sql: string): Statement<Row> {
      const statement = database.prepare<Row, SqlValue[]>(sql)
      statements.push(statement)
      return {
        run: statement.run.bind(statement),
        get: (...values) => statement.get(...values) ?? undefined,
        all: statement.all.bind(statement),
      }
    },
    close: () => {
      // A statement that is left keeps the file open, and its lock, until the garbage is collected.
      for (const statement of statements.splice(0)) statement.finalize()
      database.close(true)
    },
  }
}
