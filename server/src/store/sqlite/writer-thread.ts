/**
 * @module The thread that owns the database file for writing. It applies one batch as one transaction, answers after
 * the commit is on disk, and copies the log back while nobody waits for an answer.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { StoreError, type StoreErrorCode } from '#store/store.ts'
import { accountPrograms } from '#store/sqlite/accounts.ts'
import { unpackBatch, type Batch, type Work } from '#store/sqlite/batch.ts'
import { blobPrograms } from '#store/sqlite/blobs.ts'
import { selectDriver, type Connection } from '#store/sqlite/driver.ts'
import { mailboxWrites } from '#store/sqlite/mailboxes.ts'
import { migrate } from '#store/sqlite/migrate.ts'
import { migrations } from '#store/sqlite/migrations/all.ts'
import { prekeyPrograms } from '#store/sqlite/prekeys.ts'
import { pageBytes, writerPragmas } from '#store/sqlite/pragmas.ts'
import type { FromWriter, ToWriter, WriterSettings } from '#store/sqlite/writer.ts'

const settings = workerData as WriterSettings
const port = parentPort
if (port === null) throw new TypeError('Cannot start writer: not a worker thread')
const say = (message: FromWriter): void => port.postMessage(message)

try {
  const open = await selectDriver()
  const connection = open(settings.path, { readOnly: false })
  connection.exec(writerPragmas)
  const applied = migrate(connection, migrations)
  if (settings.maxPages > 0) connection.exec(`PRAGMA max_page_count=${settings.maxPages}`)
  serve(connection)
  say({ kind: 'ready', applied })
} catch (cause) {
  const { code, message } = describe(cause)
  say({ kind: 'refused', code, message })
}

function serve(connection: Connection): void {
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const mailboxes = mailboxWrites(connection)
  const programs: Readonly<Record<string, (input: never) => unknown>> = {
    ...mailboxes.programs,
    ...accountPrograms(connection),
    ...prekeyPrograms(connection, mailboxes),
    ...blobPrograms(connection),
    // Writes what is there already: fails like any other write would.
    'store.check': () => connection.exec('UPDATE reservation SET sequence = sequence'),
  }
  let logPages = 0
  let idle: ReturnType<typeof setTimeout> | undefined

  function apply(operation: Work): unknown {
    switch (operation.kind) {
      case 'deposit':
        mailboxes.remove(operation.evicted)
        mailboxes.insert(operation.record, operation.checksum)
        logPages += operation.record.body.length / pageBytes + operation.evicted.length
        return undefined
      case 'remove':
        mailboxes.remove(operation.sequences)
        logPages += operation.sequences.length
        return undefined
      case 'call': {
        const program = programs[operation.call.program]
        if (program === undefined) {
          throw new TypeError(`Cannot write: no program "${operation.call.program}"`)
        }
        logPages += 4
        // Each program's input type is the one that its caller in the same file hands in.
        return program(operation.call.input as never)
      }
    }
  }

  function applyAll(operations: Iterable<Work>, outcomes: unknown[]): void {
    begin.run()
    try {
      for (const operation of operations) {
        const outcome = apply(operation)
        if (operation.kind === 'call') outcomes.push(outcome)
      }
      commit.run()
    } catch (cause) {
      outcomes.length = 0
      rollBack(connection)
      throw cause
    }
    logPages += 4
  }

  /** The whole batch in one transaction; when that fails each operation by itself, to fail only what must. */
  function applyBatch(batch: Batch): FromWriter {
    const started = performance.now()
    const outcomes: unknown[] = []
    const failures: { at: number; code: StoreErrorCode; message: string }[] = []
    try {
      applyAll(unpackBatch(batch), outcomes)
    } catch {
      let at = 0
      for (const operation of unpackBatch(batch)) {
        const single: unknown[] = []
        try {
          applyAll([operation], single)
        } catch (cause) {
          failures.push({ at, ...describe(cause) })
        }
        if (operation.kind === 'call') outcomes.push(single[0])
        at++
      }
    }
    return { kind: 'committed', outcomes, failures, millis: performance.now() - started }
  }

  function checkpoint(mode: 'PASSIVE' | 'TRUNCATE'): void {
    const started = performance.now()
    let failed = false
    try {
      connection.exec(`PRAGMA wal_checkpoint(${mode})`)
    } catch {
      // Nothing is lost: the log keeps what the main file does not have, and the next checkpoint tries again.
      failed = true
    }
    logPages = 0
    say({ kind: 'checkpointed', millis: performance.now() - started, failed })
  }

  port?.on('message', (message: ToWriter) => {
    clearTimeout(idle)
    if ('kind' in message) {
      checkpoint('TRUNCATE')
      connection.close()
      say({ kind: 'closed' })
      port.close()
      return
    }
    say(applyBatch(message))
    if (logPages > settings.checkpointPages) checkpoint('PASSIVE')
    idle = setTimeout(() => checkpoint('TRUNCATE'), settings.idleCheckpointMillis)
  })
}

function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } catch {
    // SQLite rolls back by itself on some errors, and then says that there is nothing to roll back.
  }
}

function describe(cause: unknown): { code: StoreErrorCode; message: string } {
  if (cause instanceof StoreError) return { code: cause.code, message: cause.message }
  const text = cause instanceof Error ? cause.message : String(cause)
  // SQLITE_FULL (13): the only way to tell on both runtimes is SQLite's own sentence.
  if (/database or disk is full/i.test(text)) {
    return { code: 'disk-full', message: 'Cannot write: the disk is full' }
  }
  return { code: 'unusable', message: `Cannot write: ${text}` }
}
