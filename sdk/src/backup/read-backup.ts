/**
 * @module A backup, opened entry by entry. Whoever reads it may only rely on what was read when all of it was.
 */
import { wipe } from '@sotto/primitives'
import { openChunks } from '#backup/chunks.ts'
import { type Entry, readEntries } from '#backup/entries.ts'
import { openHeader, splitHeader } from '#backup/header.ts'
import { damaged } from '#backup/refusals.ts'
import { checkPlace } from '#storage/accepted.ts'
import { inBackup } from '#state/collections.ts'
import type { VaultDeps } from '#vault/deps.ts'

/** The two things that open a backup. */
export interface BackupSecrets {
  readonly passphrase: string
  /** Of the identity that the words give. */
  readonly ed25519Seed: Uint8Array
}

/** Throws 'wrong-passphrase', 'backup-damaged', what the stream throws, and the signal's reason. */
export async function* readBackup(
  deps: Pick<VaultDeps, 'primitives' | 'argon2id'>,
  backup: AsyncIterable<Uint8Array>,
  { passphrase, ed25519Seed }: BackupSecrets,
  signal?: AbortSignal,
): AsyncGenerator<Entry> {
  const split = await splitHeader(backup)
  const { header, key } = await openHeader(deps, split.header, passphrase, ed25519Seed)
  try {
    const chunks = openChunks({ primitives: deps.primitives, key, header }, split.rest)
    for await (const entry of readEntries(chunks)) {
      signal?.throwIfAborted()
      if (entry.kind !== 'beginning' && entry.kind !== 'end') demandPlace(entry)
      yield entry
    }
  } finally {
    wipe(key)
  }
}

/** A later version has places that this one does not know: half of a profile is none. */
function demandPlace({ collection, id }: { readonly collection: string; readonly id: string }) {
  const backup = inBackup(collection, id)
  if (backup === undefined || backup === 'stays') throw damaged()
  try {
    checkPlace(collection, id)
  } catch {
    throw damaged()
  }
}
