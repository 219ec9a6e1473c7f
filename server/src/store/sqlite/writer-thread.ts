/**
 * @module The thread that owns the database file for writing. It applies one batch as one transaction, answers after
 * the commit is on disk, and copies the log back while nobody waits for an answer.
 */
import { parentPort, workerData } from 'node:worker_threads'
import { StoreError, type StoreErrorCode } from '#store/store.ts'
import { accountPrograms } from '#store/sqlite/accounts.ts'
import { readBatch, shareMemory, type Work } from '#store/sqlite/batch.ts'
import { blobPrograms } from '#store/sqlite/blobs.ts'
import { bundlePrograms } from '#store/sqlite/bundles.ts'
import { channelPrograms } from '#store/sqlite/channels.ts'
import { selectDriver, type Connection } from '#store/sqlite/driver.ts'
import { identityPrograms } from '#store/sqlite/identities.ts'
import { mailboxWrites } from '#store/sqlite/mailbox-writes.ts'
import { migrate, refuseForeign } from '#store/sqlite/migrate.ts'
import { migrations } from '#store/sqlite/migrations/all.ts'
import { milestonePrograms } from '#store/sqlite/milestones.ts'
import { prekeyPrograms } from '#store/sqlite/prekeys.ts'
import { pageBytes, writerPragmas } from '#store/sqlite/pragmas.ts'
import { recoveryPrograms } from '#store/sqlite/recovery.ts'
import {
  closing,
  type FromWriter,
  type SharedState,
  type WriterSettings,
} from '#store/sqlite/writer.ts'

// What Writer.open starts this thread with.
const { settings, state } = workerData as { settings: WriterSettings; state: SharedState }
const port = parentPort
if (port === null) throw new TypeError('Cannot start writer: not a worker thread')
const say = (message: FromWriter): void => port.postMessage(message)

async function openForWriting(): Promise<() => void> {
  const open = await selectDriver()
  const connection = open(settings.path, { readOnly: false })
  refuseForeign(connection)
  connection.exec(writerPragmas)
  const applied = await migrate(connection, migrations)
  if (settings.maxPages > 0) connection.exec(`PRAGMA max_page_count=${settings.maxPages}`)
  const serve = prepareToServe(connection)
  say({ kind: 'ready', applied })
  return serve
}

let serve: () => void
try {
  serve = await openForWriting()
} catch (cause) {
  serve = () => say({ kind: 'refused', ...describe(cause) })
}
// What throws from here on ends the thread, which the relay's thread hears of.
serve()
port.close()

/** Everything that can fail at the start is done when this returns. */
function prepareToServe(connection: Connection): () => void {
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const mailboxes = mailboxWrites(connection)
  const programs: Readonly<Record<string, (input: never) => unknown>> = {
    ...mailboxes.programs,
    ...accountPrograms(connection),
    ...prekeyPrograms(connection, mailboxes),
    ...blobPrograms(connection),
    ...identityPrograms(connection, mailboxes),
    ...bundlePrograms(connection, mailboxes),
    ...channelPrograms(connection),
    ...recoveryPrograms(connection),
    ...milestonePrograms(connection),
    // Writes what is there already: fails like any other write would.
    'store.check': () => connection.exec('UPDATE reservation SET sequence = sequence'),
  }
  const shared = shareMemory(state.memory)
  let logPages = 0

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
        logPages += 4 + operation.bytes / pageBytes
        // Each program's input type is the one that its caller in the same file hands in.
        return program(operation.call.input as never)
      }
    }
  }

  function inTransaction(work: () => void, outcomes: unknown[]): void {
    begin.run()
    try {
      work()
      commit.run()
    } catch (cause) {
      outcomes.length = 0
      rollBack(connection)
      throw cause
    }
    logPages += 4
  }

  /** The whole batch in one transaction; when that fails each operation by itself, to fail only what must. */
  function applyBatch(length: number): FromWriter {
    const started = performance.now()
    const outcomes: unknown[] = []
    const failures: { at: number; code: StoreErrorCode; message: string }[] = []
    const applyInto = (work: Work, into: unknown[]): void => {
      const outcome = apply(work)
      if (work.kind === 'call') into.push(outcome)
    }
    try {
      inTransaction(() => readBatch(shared, length, (work) => applyInto(work, outcomes)), outcomes)
    } catch {
      let at = 0
      readBatch(shared, length, (work) => {
        const single: unknown[] = []
        try {
          inTransaction(() => applyInto(work, single), single)
        } catch (cause) {
          failures.push({ at, ...describe(cause) })
        }
        if (work.kind === 'call') outcomes.push(single[0])
        at++
      })
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

  return () => {
    let turn = 0
    let isLogEmpty = true
    for (;;) {
      const woken = Atomics.wait(
        state.control,
        0,
        turn,
        isLogEmpty ? Infinity : settings.idleCheckpointMillis,
      )
      if (woken === 'timed-out') {
        checkpoint('TRUNCATE')
        isLogEmpty = true
        continue
      }
      turn = Atomics.load(state.control, 0)
      const length = Atomics.load(state.control, 1)
      if (length === closing) break
      say(applyBatch(length))
      isLogEmpty = false
      if (logPages > settings.checkpointPages) checkpoint('PASSIVE')
    }
    checkpoint('TRUNCATE')
    connection.close()
  }
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
