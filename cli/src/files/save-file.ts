/**
 * @module A file that came, written where nothing is: another file of that name stays, and what is not whole goes.
 */
import { open, rm } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { Messenger } from '#engine.ts'
import { Refusal } from '#refusal.ts'
import { printable } from '#text/printable.ts'

export type Pointer = Parameters<Messenger['fetchAttachment']>[0]

const maxNames = 1000

/** Gives back the path. */
export async function saveFile(
  messenger: Messenger,
  pointer: Pointer,
  directory: string,
  signal: AbortSignal,
): Promise<string> {
  const { path, file } = await createNew(directory, safeName(pointer.name))
  try {
    for await (const piece of messenger.fetchAttachment(pointer, { signal }))
      await file.write(piece)
    await file.sync()
    await file.close()
    return path
  } catch (error) {
    await file.close().catch(() => {})
    await rm(path, { force: true })
    throw error
  }
}

/** The engine has looked at it; a name that hides itself or leaves its folder is none all the same. */
export function safeName(name: string | undefined): string {
  const base = basename(printable(name ?? '').replaceAll('\\', '/')).replace(/^\.+/, '')
  return base === '' ? 'file' : base
}

async function createNew(
  directory: string,
  name: string,
): Promise<{ readonly path: string; readonly file: Awaited<ReturnType<typeof open>> }> {
  const extension = extname(name)
  const stem = name.slice(0, name.length - extension.length)
  for (let number = 1; number <= maxNames; number++) {
    const path = join(directory, number === 1 ? name : `${stem}-${number}${extension}`)
    try {
      return { path, file: await open(path, 'wx', 0o600) }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
        throw new Refusal(`Nothing can be written there: ${directory}`)
      }
    }
  }
  throw new Refusal(`There are too many files called ${name} in ${directory}.`)
}
