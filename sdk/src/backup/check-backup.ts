/**
 * @module Reading a backup through without putting it anywhere, to know that it can be: a backup that was never read is a
 * hope.
 */
import { wipe } from '@sotto/primitives'
import { type BackupSecrets, readBackup } from '#backup/read-backup.ts'
import type { VaultDeps } from '#vault/deps.ts'

/** What a backup holds. */
export interface CheckedBackup {
  readonly madeAtMillis: number
  /** By collection, as they were when they were read. */
  readonly records: Readonly<Record<string, number>>
  /** How many records were written, or went, while the backup was made. */
  readonly changes: number
}

/** Throws what `readBackup` throws. */
export async function checkBackup(
  deps: Pick<VaultDeps, 'primitives' | 'argon2id'>,
  backup: AsyncIterable<Uint8Array>,
  secrets: BackupSecrets,
  signal?: AbortSignal,
): Promise<CheckedBackup> {
  const records: Record<string, number> = {}
  let changes = 0
  let madeAtMillis = 0
  for await (const entry of readBackup(deps, backup, secrets, signal)) {
    if (entry.kind === 'beginning') madeAtMillis = entry.madeAtMillis
    if (entry.kind === 'record') records[entry.collection] = (records[entry.collection] ?? 0) + 1
    if (entry.kind === 'changed' || entry.kind === 'gone') changes++
    if (entry.kind === 'record' || entry.kind === 'changed') wipe(entry.value)
  }
  return { madeAtMillis, records, changes }
}
