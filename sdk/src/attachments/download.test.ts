import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { joined } from '#attachments/pictures/picture.ts'
import { download } from '#attachments/download.ts'
import { offline } from '#attachments/fake-pieces.ts'
import { bytesSource } from '#attachments/source.ts'
import { chunkBytes, digestAfter, maxFileBytes, sealChunk } from '#attachments/stream.ts'
import type { DownloadProgress, StoredFile } from '#attachments/transfer.ts'
import {
  failureOf,
  fileOf,
  hashOf,
  primitives,
  TransferWorld,
} from '#attachments/world-for-tests.ts'
import { formatUuid, parseUuid } from '@sotto/wire'

/** Six chunks, of a length that Padmé leaves as it is. */
const file = fileOf(360_448)
const manyChunks = fileOf(70 * chunkBytes)

async function uploaded(
  bytes = file,
): Promise<{ readonly world: TransferWorld; readonly stored: StoredFile }> {
  const world = await TransferWorld.open()
  return { world, stored: await world.upload(bytesSource(bytes)) }
}

const uuidOf = (piece: string | undefined): string => formatUuid(Uint8Array.fromHex(piece ?? ''))

function damage(world: TransferWorld, piece: string | undefined, at = 100): void {
  const bytes = world.relay.kept.get(uuidOf(piece))
  if (bytes === undefined) throw new Error('no such piece')
  bytes[at] = (bytes[at] ?? 0) ^ 1
}

/** What came before it ended, and how it did. */
async function outcome(
  world: TransferWorld,
  stored: StoredFile,
): Promise<{ readonly bytes: Uint8Array; readonly error: unknown }> {
  const parts: Uint8Array[] = []
  try {
    for await (const part of download(world.deps, stored)) parts.push(part)
  } catch (error) {
    return { bytes: joined(parts), error }
  }
  return { bytes: joined(parts), error: undefined }
}

describe('a download', () => {
  test('does not run away from whoever reads it', async () => {
    const { world, stored } = await uploaded()
    world.relay.asked = 0
    const parts = download(world.deps, stored)
    const first = await parts.next()
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setTimeout(resolve, 0))
    expect(first.value).toEqual(file.subarray(0, chunkBytes))
    expect(world.relay.asked).toBe(4)
    await parts.return()
    expect(world.relay.asked).toBe(4)
  })

  test('says how far it is, of the file itself', async () => {
    const { world, stored } = await uploaded(fileOf(2 * chunkBytes + 5))
    const told: DownloadProgress[] = []
    const progress = (each: DownloadProgress): void => void told.push(each)
    await Array.fromAsync(download(world.deps, stored, { progress }))
    const totalBytes = 2 * chunkBytes + 5
    expect(told.map(({ receivedBytes }) => receivedBytes).slice(0, 3)).toEqual([
      chunkBytes,
      2 * chunkBytes,
      totalBytes,
    ])
    expect(told.at(-1)).toEqual({ receivedBytes: totalBytes, totalBytes })
  })

  test('tries a piece again when the relay is away', async () => {
    const { world, stored } = await uploaded()
    const failures = [offline(), offline()]
    world.relay.mischief = { fails: () => failures.shift() }
    const fetched = world.fetch(stored)
    await world.clock.advance(10_000)
    expect(await fetched).toEqual(file)
  })

  test('ends with what the relay makes of it when it stays away', async () => {
    const { world, stored } = await uploaded()
    world.relay.mischief = { fails: offline }
    const ended = failureOf(world.fetch(stored))
    await world.clock.advance(200_000)
    expect(await ended).toMatchObject({ code: 'offline' })
    expect(world.clock.pending()).toBe(0)
  })

  test('ends at once when it is aborted', async () => {
    const { world, stored } = await uploaded()
    world.relay.gate = new Promise(() => {})
    const abort = new AbortController()
    const parts = Array.fromAsync(download(world.deps, stored, { signal: abort.signal }))
    await new Promise((resolve) => setTimeout(resolve, 0))
    abort.abort(new RangeError('enough'))
    await expect(parts).rejects.toThrow('enough')
  })

  test('of which a piece is not there any more is gone, and so is one whose list is not', async () => {
    for (const bytes of [file, manyChunks]) {
      const { world, stored } = await uploaded(bytes)
      world.relay.kept.delete(uuidOf(stored.pieces.at(-1)))
      const { error } = await outcome(world, stored)
      expect(error).toMatchObject({ code: 'attachment-gone' })
    }
  })
})

describe('a download of what was changed', () => {
  test('hands out nothing of a damaged piece, nor anything behind it', async () => {
    for (const broken of [0, 3, 5]) {
      const { world, stored } = await uploaded()
      damage(world, stored.pieces[broken])
      const { bytes, error } = await outcome(world, stored)
      expect(error).toMatchObject({ code: 'attachment-damaged' })
      expect(bytes).toEqual(file.subarray(0, broken * chunkBytes))
    }
  })

  test('fails when pieces are cut, swapped, repeated or of another file', async () => {
    const { world, stored } = await uploaded()
    const other = await world.upload(bytesSource(file))
    const { pieces } = stored
    const [first = '', second = ''] = pieces
    const last = pieces.at(-1) ?? ''
    const changes: readonly (readonly string[])[] = [
      pieces.slice(0, -1),
      pieces.slice(1),
      [...pieces, last],
      [second, first, ...pieces.slice(2)],
      [first, first, ...pieces.slice(2)],
      [...pieces.slice(0, -2), last, last],
      [other.pieces[0] ?? '', ...pieces.slice(1)],
      other.pieces,
      [],
    ]
    for (const changed of changes) {
      const { error } = await outcome(world, { ...stored, pieces: changed })
      expect([changed, error]).toEqual([
        changed,
        expect.objectContaining({ code: 'attachment-damaged' }),
      ])
    }
  })

  test('fails when the pointer says another size, key, digest or depth', async () => {
    const { world, stored } = await uploaded()
    const changes: readonly Partial<StoredFile>[] = [
      { size: stored.size - 1000 },
      { size: stored.size + 2000 },
      { size: 5 },
      { size: 60 * chunkBytes },
      { key: 'ab'.repeat(32) },
      { digest: 'ab'.repeat(32) },
      { depth: 1 },
      { depth: 1, pieces: stored.pieces.slice(0, 1) },
      { key: 'short' },
      { key: 'zz'.repeat(32) },
      { digest: '' },
      { pieces: stored.pieces.map(() => '../../v1/keys') },
    ]
    for (const change of changes) {
      const { error } = await outcome(world, { ...stored, ...change })
      expect([change, error]).toEqual([
        change,
        expect.objectContaining({ code: 'attachment-damaged' }),
      ])
    }
    const { asked } = world.relay
    await outcome(world, { ...stored, depth: 1 })
    expect(world.relay.asked).toBe(asked)
    for (const size of [maxFileBytes + 1, -1, 0.5, Number.NaN, 2 ** 53]) {
      const { error } = await outcome(world, { ...stored, size })
      expect(error).toMatchObject({ code: 'file-too-large' })
    }
  })

  test('hands out the last piece only when the whole has the digest of the pointer', async () => {
    const { world, stored } = await uploaded()
    const { bytes, error } = await outcome(world, { ...stored, digest: '00'.repeat(32) })
    expect(error).toMatchObject({ code: 'attachment-damaged' })
    expect(bytes).toEqual(file.subarray(0, 5 * chunkBytes))
  })

  test('fails when a list is damaged, or of another length', async () => {
    const { world, stored } = await uploaded(manyChunks)
    const [list] = stored.pieces
    const one = { ...stored, pieces: [list ?? '', list ?? ''] }
    expect((await outcome(world, one)).error).toMatchObject({ code: 'attachment-damaged' })
    const flat = { ...stored, depth: 0, pieces: [list ?? ''] } as const
    expect((await outcome(world, flat)).error).toMatchObject({ code: 'attachment-damaged' })
    damage(world, list)
    const { bytes, error } = await outcome(world, stored)
    expect(error).toMatchObject({ code: 'attachment-damaged' })
    expect(bytes.length).toBe(0)
  })

  test('fails when something else than zeros fills it up', async () => {
    const world = await TransferWorld.open()
    const key = new Uint8Array(32).fill(7)
    const padded = new Uint8Array(104)
    const put = async (chunk: Uint8Array): Promise<StoredFile> => {
      const piece = sealChunk(primitives, key, { index: 0, of: 1 }, chunk)
      const signal = new AbortController().signal
      const stored = await world.relay.putPiece(piece, signal)
      if (stored.kind !== 'stored') throw new Error('not stored')
      const digest = digestAfter(primitives, new Uint8Array(32), piece).toHex()
      const pieces = [parseUuid(stored.id)?.toHex() ?? '']
      return { pieces, depth: 0, key: key.toHex(), digest, size: 100 }
    }
    expect((await outcome(world, await put(padded))).bytes.length).toBe(100)
    padded[103] = 1
    const { error } = await outcome(world, await put(padded))
    expect(error).toMatchObject({ code: 'attachment-damaged' })
    const long = await outcome(world, await put(new Uint8Array(105)))
    expect(long.error).toMatchObject({ code: 'attachment-damaged' })
  })

  test('is the file or fails, whatever a relay hands out', async () => {
    const { world, stored } = await uploaded()
    const whole = [...world.relay.kept]
    const bytes = fc.uint8Array({ maxLength: 300 })
    const edit = fc.tuple(fc.nat(5), fc.nat(61_439), fc.integer({ min: 1, max: 255 }), bytes)
    await fc.assert(
      fc.asyncProperty(edit, fc.boolean(), async ([which, at, change, other], isEdit) => {
        const [id = '', piece = new Uint8Array()] = whole[which] ?? []
        const changed = isEdit ? Uint8Array.from(piece) : other
        if (isEdit) changed[at % piece.length] = (changed[at % piece.length] ?? 0) ^ change
        world.relay.kept.set(id, changed)
        const ended = await outcome(world, stored)
        world.relay.kept.set(id, piece)
        expect(ended.error).toMatchObject({ code: 'attachment-damaged' })
        expect(hashOf(ended.bytes)).toBe(hashOf(file.subarray(0, ended.bytes.length)))
      }),
      { numRuns: 30 },
    )
    expect(await world.fetch(stored)).toEqual(file)
  })
})
