/**
 * @module Folders: made and changed so that it lasts, and read while others change them.
 */
import { mkdir, open, readdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { diskError, isMissing } from '#store/blobs/disk-error.ts'

/** Undefined when there is nothing under this name, or nothing any more. */
export async function statOrMissing(path: string) {
  try {
    return await stat(path)
  } catch (error) {
    if (isMissing(error)) return undefined
    throw diskError('list attachments', error)
  }
}

/** Makes a folder and what is missing above it, names included. */
export async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made)) {
    await syncDirectory(dirname(made))
  }
}

/** Makes names in a directory durable: fsync of a file does not cover its name (fsync(2)). */
export async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r')
  await directory.sync()
}

/** Empty when there is no such folder. */
export async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw diskError('list attachments', error)
  }
}
