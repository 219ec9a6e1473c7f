import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Messenger } from '#engine.ts'
import { mediaTypeOf, openFile } from '#files/file-source.ts'
import { type Pointer, safeName, saveFile } from '#files/save-file.ts'

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sotto-files-'))
  try {
    await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('a file is read in pieces, from anywhere', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'a.txt')
    await writeFile(path, 'hello world')
    await using file = await openFile(path)
    expect(file.source.size).toBe(11)
    expect(new TextDecoder().decode(await file.source.read(6, 5))).toBe('world')
    expect(new TextDecoder().decode(await file.source.read(0, 5))).toBe('hello')
    await expect(openFile(folder)).rejects.toThrow('This is no file')
    await expect(openFile(join(folder, 'none'))).rejects.toThrow('cannot be read')
  }))

describe('what comes is saved', () => {
  const pointer: Pointer = JSON.parse('{"name":"lease.pdf","size":4,"mediaType":"application/pdf"}')
  const signal = new AbortController().signal
  const messengerOf = (pieces: readonly (string | Error)[]): Messenger => {
    const fake: unknown = {
      async *fetchAttachment() {
        for (const piece of pieces) {
          if (typeof piece !== 'string') throw piece
          yield new TextEncoder().encode(piece)
        }
      },
    }
    return fake as Messenger
  }

  test('beside what is there, and never over it', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'lease.pdf'), 'mine')
      const path = await saveFile(messengerOf(['th', 'ey']), pointer, folder, signal)
      expect(path).toBe(join(folder, 'lease-2.pdf'))
      expect(await readFile(path, 'utf8')).toBe('they')
      expect(await readFile(join(folder, 'lease.pdf'), 'utf8')).toBe('mine')
    }))

  test('whole or not at all', () =>
    inFolder(async (folder) => {
      const broken = messengerOf(['th', new Error('gone')])
      await expect(saveFile(broken, pointer, folder, signal)).rejects.toThrow('gone')
      expect(await readdir(folder)).toEqual([])
    }))

  test('under a name that stays in its folder', () => {
    expect(safeName('../../.ssh/authorized_keys')).toBe('authorized_keys')
    expect(safeName('..\\..\\x.exe')).toBe('x.exe')
    expect(safeName('.bashrc')).toBe('bashrc')
    expect(safeName('..')).toBe('file')
    expect(safeName(undefined)).toBe('file')
    expect(safeName('a\u202Egpj.exe')).toBe('a\uFFFDgpj.exe')
  })
})

test('the type of a file is told by its name', () => {
  expect(mediaTypeOf('Photo.JPG')).toBe('image/jpeg')
  expect(mediaTypeOf('unknown')).toBe('application/octet-stream')
})
