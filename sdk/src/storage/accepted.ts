/**
 * @module What every storage refuses alike, before it does anything: names, collections, ids and ranges that the port does
 * not know. Messages say what is wrong and not what was given.
 */
import { SottoError } from '#errors.ts'
import type { Change, Range } from '#ports/storage.ts'

const profileName = /^[a-z0-9-]{1,32}$/
const collectionName = /^[a-z]+(?:-[a-z]+)*$/
const recordId = /^[\x20-\x7e]{1,256}$/

/** Sorts behind every id that may be. */
export const behindAllIds = '\x7f'

export function isProfileName(name: string): boolean {
  return profileName.test(name)
}

export function checkName(name: string): void {
  if (isProfileName(name)) return
  throw invalid('Cannot use profile: its name is not 1 to 32 of a-z, 0-9 and hyphens')
}

export function checkPlace(collection: string, id: string): void {
  checkCollection(collection)
  if (!recordId.test(id)) {
    throw invalid('Cannot use record: its id is not 1 to 256 printable ASCII characters')
  }
}

export function checkRange(collection: string, { limit }: Range): void {
  checkCollection(collection)
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw invalid(`Cannot list records: the limit is ${limit} and has to be a whole number from 1`)
  }
}

export function checkChanges(changes: readonly Change[]): void {
  for (const { collection, id } of changes) checkPlace(collection, id)
}

/** What a storage says once it is disposed. */
export function closed(): SottoError {
  return new SottoError('closed', 'Cannot use storage: it is closed')
}

function checkCollection(collection: string): void {
  if (collectionName.test(collection)) return
  throw invalid('Cannot use collection: its name is not of lower-case words with hyphens')
}

function invalid(message: string): SottoError {
  return new SottoError('invalid-argument', message)
}
