/**
 * @module Writing a backup: a stream of bytes that nobody holds whole, while the profile is open and in use. What is
 * written meanwhile is added at the end, so that all of it fits together as of the end.
 */
import { wipe } from '@sotto/primitives'
import { chunkBytes, sealChunks } from '#backup/chunks.ts'
import { type Entry, writeEntry } from '#backup/entries.ts'
import { newHeader } from '#backup/header.ts'
import { addHiddenTexts } from '#backup/hidden-texts.ts'
import { paddedLength } from '#backup/padded-length.ts'
import type { Profile } from '#profile/profile.ts'
import type { ProfileDeps } from '#profile/profiles.ts'
import { collections, inBackup } from '#state/collections.ts'
import { checkPassphrase } from '#vault/passphrase.ts'
import type { RecordPlace } from '#vault/record-seal.ts'
import type { Vault } from '#vault/vault.ts'

/** How far the writing of a backup is. */
export interface BackupProgress {
  readonly records: number
  /** Of what will be written, before it is padded. */
  readonly bytes: number
}

/** How somebody follows a backup, and ends it. */
export interface ExportOptions {
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((progress: BackupProgress) => void) | undefined
}

/** Records in one read. */
const page = 200
/** So many changed places are remembered before they are written down in between. */
const mostChanged = 10_000
/** So few are written down while everything else waits. */
const fewChanged = 200
/** After so many rounds it is done with what there is. */
const mostRounds = 20

/**
 * The backup of a profile, under a passphrase of its own and the words of its identity. Throws 'weak-passphrase' before
 * the first byte, and the signal's reason. What was written until then is no backup.
 */
export async function* exportBackup(
  deps: ProfileDeps,
  profile: Pick<Profile, 'identity' | 'records'>,
  passphrase: string,
  options: ExportOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  checkPassphrase(passphrase)
  const { header, key } = await newHeader(deps, passphrase, profile.identity.ed25519Seed)
  const seal = { primitives: deps.primitives, key, header }
  try {
    yield header.slice()
    yield* sealChunks(seal, padded(counted(entriesOf(deps, profile.records, options), options)))
  } finally {
    wipe(key)
  }
}

type Content = Exclude<Entry, { readonly kind: 'beginning' | 'end' }>

/** Between a beginning and an end, as bytes. */
async function* counted(
  entries: AsyncIterable<Content | { readonly kind: 'beginning'; readonly madeAtMillis: number }>,
  { signal, progress }: ExportOptions,
): AsyncGenerator<Uint8Array> {
  let records = -1
  let bytes = 0
  for await (const entry of entries) {
    signal?.throwIfAborted()
    const written = writeEntry(entry)
    records++
    bytes += written.length
    if (records > 0 && records % page === 0) progress?.({ records, bytes })
    yield written
  }
  progress?.({ records, bytes })
  yield writeEntry({ kind: 'end', entries: records })
}

async function* padded(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const piece of pieces) {
    length += piece.length
    yield piece
  }
  let missing = paddedLength(length) - length
  while (missing > 0) {
    const zeros = new Uint8Array(Math.min(missing, chunkBytes))
    missing -= zeros.length
    yield zeros
  }
}

async function* entriesOf(
  { primitives, clock }: ProfileDeps,
  records: Vault,
  { signal }: ExportOptions,
): AsyncGenerator<Content | { readonly kind: 'beginning'; readonly madeAtMillis: number }> {
  const changed = new Map<string, RecordPlace>()
  const stop = records.follow((places) => {
    for (const { collection, id } of places) {
      changed.set(`${collection}/${id}`, { collection, id })
    }
  })
  /** Also of what has gone since. */
  const texts = new Map<string, string>()
  const learnTexts = (): Promise<void> =>
    addHiddenTexts(texts, records, primitives, (text) => records.keyedName(text))
  const changes = async (): Promise<readonly Content[]> => {
    const places = [...changed.values()]
    changed.clear()
    if (places.length > 0) await learnTexts()
    return contentsAt(records, places, texts)
  }
  try {
    yield { kind: 'beginning', madeAtMillis: clock.now() }
    for (const { name, backup } of collections) {
      if (backup === 'stays') continue
      if (backup === 'by-text') await learnTexts()
      for await (const row of allOf(records, name, texts)) {
        yield row
        if (changed.size >= mostChanged) yield* await changes()
      }
    }
    for (let round = 0; changed.size > fewChanged && round < mostRounds; round++) {
      signal?.throwIfAborted()
      yield* await changes()
    }
    yield* await records.still(changes)
  } finally {
    stop()
  }
}

async function* allOf(
  records: Vault,
  collection: string,
  texts: ReadonlyMap<string, string>,
): AsyncGenerator<Content> {
  let from: string | undefined
  for (;;) {
    const rows = await records.list(collection, { from, limit: page })
    for (const { id, value } of rows) {
      const travelling = travellingId({ collection, id }, texts)
      if (travelling !== undefined) yield { kind: 'record', collection, id: travelling, value }
      wipe(value)
    }
    const last = rows.at(-1)?.id
    if (rows.length < page || last === undefined) return
    // Behind an id comes itself with the smallest character added.
    from = `${last} `
  }
}

/** What is there now. */
async function contentsAt(
  records: Vault,
  places: readonly RecordPlace[],
  texts: ReadonlyMap<string, string>,
): Promise<readonly Content[]> {
  const contents: Content[] = []
  for (const { collection, id } of places) {
    const travelling = travellingId({ collection, id }, texts)
    if (travelling === undefined) continue
    const value = await records.get(collection, id)
    contents.push(
      value === undefined
        ? { kind: 'gone', collection, id: travelling }
        : { kind: 'changed', collection, id: travelling, value },
    )
  }
  return contents
}

/** Undefined for what does not travel. */
function travellingId(
  { collection, id }: RecordPlace,
  texts: ReadonlyMap<string, string>,
): string | undefined {
  const backup = inBackup(collection, id)
  if (backup === undefined || backup === 'stays') return undefined
  return backup === 'by-text' ? texts.get(id) : id
}
