/**
 * @module Opens the SQLite store: lock, writing thread, migrations, reading connection, index.
 */
import { StoreError, type Store } from '#store/store.ts'
import { SqliteAccounts } from '#store/sqlite/accounts.ts'
import { SqliteBlobs } from '#store/sqlite/blobs.ts'
import { SqliteBundles } from '#store/sqlite/bundles.ts'
import { SqliteChannels } from '#store/sqlite/channels.ts'
import { selectDriver } from '#store/sqlite/driver.ts'
import { SqliteIdentities } from '#store/sqlite/identities.ts'
import { lockFile } from '#store/sqlite/lock.ts'
import { SqliteMailboxes } from '#store/sqlite/mailboxes.ts'
import { SqliteMilestones } from '#store/sqlite/milestones.ts'
import { SqlitePrekeys } from '#store/sqlite/prekeys.ts'
import { readerPragmas } from '#store/sqlite/pragmas.ts'
import { SqliteRecovery } from '#store/sqlite/recovery.ts'
import { Writer, type WriterReport, type WriterSettings } from '#store/sqlite/writer.ts'

export interface SqliteSettings {
  /** The database file. Beside it stand its log (`-wal`, `-shm`) and the lock file (`.lock`). */
  readonly path: string
  readonly onReport?: (report: WriterReport) => void
  readonly checkpointPages?: number
  readonly idleCheckpointMillis?: number
  readonly maxPages?: number
}

export interface SqliteStore extends Store {
  /** Names of the schema steps that were applied at this start. */
  readonly applied: readonly string[]
}

export async function openSqliteStore(settings: SqliteSettings): Promise<SqliteStore> {
  await using cleanup = new AsyncDisposableStack()
  const open = await selectDriver()
  cleanup.use(lockFile(open, `${settings.path}.lock`))
  const writerSettings: WriterSettings = {
    path: settings.path,
    checkpointPages: settings.checkpointPages ?? 500,
    idleCheckpointMillis: settings.idleCheckpointMillis ?? 2000,
    maxPages: settings.maxPages ?? 0,
  }
  const writer = cleanup.use(await Writer.open(writerSettings, settings.onReport ?? (() => {})))
  const reader = open(settings.path, { readOnly: true })
  cleanup.defer(() => reader.close())
  reader.exec(readerPragmas)
  const mailboxes = SqliteMailboxes.load(writer, reader)
  const probe = reader.prepare('SELECT 1 FROM reservation')
  const owned = cleanup.move()
  return {
    applied: writer.applied,
    mailboxes,
    accounts: new SqliteAccounts(writer, reader),
    prekeys: new SqlitePrekeys(writer, reader, mailboxes),
    blobs: new SqliteBlobs(writer, reader),
    identities: new SqliteIdentities(writer, reader, mailboxes),
    bundles: new SqliteBundles(writer, reader, mailboxes),
    channels: new SqliteChannels(writer, reader),
    recovery: new SqliteRecovery(writer, reader),
    milestones: new SqliteMilestones(writer),
    async check(signal) {
      signal.throwIfAborted()
      probe.get()
      await writer.call('store.check', undefined)
      signal.throwIfAborted()
    },
    async [Symbol.asyncDispose]() {
      try {
        await owned.disposeAsync()
      } catch (cause) {
        throw new StoreError('unusable', 'Cannot close store', { cause })
      }
    },
  }
}
