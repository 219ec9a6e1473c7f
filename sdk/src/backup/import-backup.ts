/**
 * @module A new profile out of a backup. It can be opened when all of the backup was read and is on disk, and not before:
 * until then it has no owner, and of an import that fails nothing is left.
 */
import { wipe } from '@sotto/primitives'
import { readBackup } from '#backup/read-backup.ts'
import type { Change, Shelf } from '#ports/storage.ts'
import type { Profile } from '#profile/profile.ts'
import { checkedWords, makeProfile, type ProfileDeps } from '#profile/profiles.ts'
import { inBackup } from '#state/collections.ts'
import type { Vault } from '#vault/vault.ts'

/** A backup, what opens it, and what shall become of it. */
export interface BackupToImport {
  /** Of the new profile. */
  readonly name: string
  /** That the new profile will be opened with. */
  readonly passphrase: string
  /** The 24 words of whoever made the backup. */
  readonly phrase: string
  readonly backup: AsyncIterable<Uint8Array>
  /** Of the backup, where it is another. */
  readonly backupPassphrase?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** In one write. */
const batchRecords = 500
const batchBytes: number = 1024 * 1024

/**
 * Refuses with 'invalid-phrase', 'weak-passphrase', 'wrong-passphrase', 'backup-damaged', what `Shelf.open` says and what
 * the stream throws. Sessions begin anew when the profile is first used (docs/decisions/0010).
 */
export async function importBackup(
  deps: ProfileDeps,
  shelf: Shelf,
  { name, passphrase, phrase, backup, backupPassphrase = passphrase, signal }: BackupToImport,
): Promise<Profile> {
  const words = checkedWords(phrase)
  return makeProfile(deps, shelf, {
    name,
    passphrase,
    words,
    cameFrom: { kind: 'backup' },
    async fill(records, { ed25519Seed }) {
      const secrets = { passphrase: backupPassphrase, ed25519Seed }
      await putIn(records, readBackup(deps, backup, secrets, signal))
    },
  })
}

async function putIn(records: Vault, entries: ReturnType<typeof readBackup>): Promise<void> {
  let changes: Change[] = []
  let bytes = 0
  const write = async (): Promise<void> => {
    const batch = changes
    changes = []
    bytes = 0
    if (batch.length > 0) await records.write(batch)
    for (const change of batch) if (change.kind === 'put') wipe(change.value)
  }
  for await (const entry of entries) {
    if (entry.kind === 'beginning' || entry.kind === 'end') continue
    const { collection } = entry
    const isHidden = inBackup(collection, entry.id) === 'by-text'
    const id = isHidden ? records.keyedName(entry.id) : entry.id
    if (entry.kind === 'gone') changes.push({ kind: 'delete', collection, id })
    else {
      changes.push({ kind: 'put', collection, id, value: entry.value })
      bytes += entry.value.length
    }
    if (changes.length >= batchRecords || bytes >= batchBytes) await write()
  }
  await write()
}
