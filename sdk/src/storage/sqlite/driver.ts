/**
 * @module The little of SQLite that a storage uses, the same on both runtimes. Synchronous: a profile is small, and its
 * writes are few.
 */

export type SqlValue = number | string | Uint8Array

export interface Statement<Row> {
  run(...values: SqlValue[]): unknown
  get(...values: SqlValue[]): Row | undefined
  all(...values: SqlValue[]): Row[]
}

export interface Connection {
  exec(sql: string): void
  /** A statement for the life of the connection. `Row` is the caller's word for what the SQL returns. */
  prepare<Row = never>(sql: string): Statement<Row>
  /** Its locks are free when this returns. */
  close(): void
}

export type OpenConnection = (path: string) => Connection

/** The driver of the runtime that runs this. */
export async function selectDriver(): Promise<OpenConnection> {
  return process.versions.bun === undefined
    ? (await import('#storage/sqlite/driver.node.ts')).openConnection
    : (await import('#storage/sqlite/driver.bun.ts')).openConnection
}
