/**
 * @module A file of this machine as the engine reads it: in pieces, and again when an upload goes on.
 */
import { open } from 'node:fs/promises'
import { extname } from 'node:path'
import type { AttachmentSource } from '@sotto/sdk'
import { Refusal } from '#refusal.ts'

export interface OpenFile extends AsyncDisposable {
  readonly source: AttachmentSource
}

export async function openFile(path: string): Promise<OpenFile> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) throw new Refusal(`The file cannot be read: ${path}`)
  const status = await file.stat()
  if (!status.isFile()) {
    await file.close()
    throw new Refusal(
      `This is no file: ${path}\nTo send a folder, pack it: tar -cz FOLDER | sotto file send …`,
    )
  }
  const { size } = status
  return {
    source: {
      size,
      async read(offset, length) {
        const bytes = new Uint8Array(length)
        const { bytesRead } = await file.read(bytes, 0, length, offset)
        return bytes.subarray(0, bytesRead)
      },
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** What the other side is told that it is. It decides nothing but how it may be shown. */
export function mediaTypeOf(name: string): string {
  return mediaTypes.get(extname(name).toLowerCase()) ?? 'application/octet-stream'
}

const mediaTypes: ReadonlyMap<string, string> = new Map([
  ['.jpg', 'image/jpeg'],
  ['.jpeg', 'image/jpeg'],
  ['.png', 'image/png'],
  ['.gif', 'image/gif'],
  ['.webp', 'image/webp'],
  ['.pdf', 'application/pdf'],
  ['.txt', 'text/plain'],
  ['.md', 'text/markdown'],
  ['.csv', 'text/csv'],
  ['.json', 'application/json'],
  ['.zip', 'application/zip'],
  ['.gz', 'application/gzip'],
  ['.mp3', 'audio/mpeg'],
  ['.ogg', 'audio/ogg'],
  ['.mp4', 'video/mp4'],
  ['.webm', 'video/webm'],
])
