/**
 * @module The little of SQLite that the store uses, the same on both runtimes. Synchronous: who calls decides on which
 * thread.
 */

export type SqlValue = number | string | Uint8Array | null

export interface Statement<Row> {
  run(...values: SqlValue[]): unknown
  get(...values: SqlValue[]): Row | undefined
  all(...values: SqlValue[]): Row[]
  iterate(...values: SqlValue[]): Iterable<Row>
}

export interface Connection {
  exec(sql: string): void
  /** A statement for the life of the connection. `Row` is the caller's word for what the SQL returns. */
  prepare<Row = never>(sql: string): Statement<Row>
  close(): void
}

export interface OpenMode {
  readonly readOnly: boolean
}

export type OpenConnection = (path: string, mode: OpenMode) => Connection

/** The driver of the runtime that runs this. */
export async function selectDriver(): Promise<OpenConnection> {
  return process.versions.bun === undefined
    ? (await import('#store/sqlite/driver.node.ts')).openConnection
    : (await import('#store/sqlite/driver.bun.ts')).openConnection
}
