import { describe, expect, test } from 'vitest'
import { randomBytes } from 'node:crypto'
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { formatUuid, type BlobId } from '@sotto/wire'
import {
  byteSource,
  newBlobId,
  patternBytes,
  readToEnd,
  streamOf,
  waitFor,
} from '#store/blobs/byte-streams-for-tests.ts'
import { blobStoreContract } from '#store/blobs/contract.ts'
import { openDiskBlobs } from '#store/blobs/disk.ts'
import { DamagedBlobError } from '#store/blobs/blobs.ts'
import { StoreError } from '#store/store.ts'

const signal = new AbortController().signal
const anySize = { maxBytes: 2 ** 30, announcedBytes: undefined }

async function newFolder() {
  const parent = await mkdtemp(join(tmpdir(), 'sotto-blobs-'))
  return {
    // Two levels that are not there yet.
    folder: join(parent, 'data', 'attachments'),
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  }
}

function openAt(folder: string, maxTotalBytes = 0) {
  return openDiskBlobs({ folder, maxTotalBytes, randomBytes })
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function placeOf(folder: string, id: BlobId): string {
  const name = formatUuid(id)
  return join(folder, name.slice(0, 2), name)
}

async function failureOf(failing: Promise<unknown>): Promise<StoreError> {
  const error = await failing.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof StoreError)) throw new Error(`Not a StoreError: ${String(error)}`)
  return error
}

blobStoreContract('A folder', async () => {
  const place = await newFolder()
  const store = await openAt(place.folder)
  return {
    store,
    pieces: async () => (await filesBelow(place.folder)).length,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      await place[Symbol.asyncDispose]()
    },
  }
})

describe('Attachments on disk', () => {
  test('survive a restart, in one file each that only this user may read', async () => {
    await using place = await newFolder()
    const id = newBlobId()
    const first = await openAt(place.folder)
    await first.put(id, streamOf(patternBytes(1000)), anySize, signal)
    await first[Symbol.asyncDispose]()

    await using second = await openAt(place.folder)
    const found = await second.get(id, signal)
    expect(found && Buffer.compare(await readToEnd(found.content), patternBytes(1000))).toBe(0)

    const path = placeOf(place.folder, id)
    expect(await filesBelow(place.folder)).toEqual([path])
    const modes = await Promise.all(
      [path, dirname(path), join(place.folder, 'incoming')].map(
        async (at) => (await stat(at)).mode & 0o777,
      ),
    )
    expect(modes).toEqual([0o600, 0o700, 0o700])
  })

  test('lose what a crash left half written, at the next start', async () => {
    await using place = await newFolder()
    await mkdir(join(place.folder, 'incoming'), { recursive: true })
    await writeFile(join(place.folder, 'incoming', 'half'), 'half')
    await using _store = await openAt(place.folder)
    expect(await filesBelow(place.folder)).toEqual([])
  })

  test('lose, on request, old files that an upload left and no upload writes', async () => {
    await using place = await newFolder()
    await using store = await openAt(place.folder)
    for (const [name, ageSeconds] of [
      ['old', 7200],
      ['young', 60],
    ] as const) {
      const path = join(place.folder, 'incoming', name)
      await writeFile(path, 'half')
      const at = Date.now() / 1000 - ageSeconds
      await utimes(path, at, at)
    }
    expect(await store.removeUnfinished(Date.now() - 3_600_000, signal)).toBe(1)
    expect(await filesBelow(place.folder)).toEqual([join(place.folder, 'incoming', 'young')])
  })

  test('do not list what is not theirs', async () => {
    await using place = await newFolder()
    await using store = await openAt(place.folder)
    const id = newBlobId()
    await store.put(id, streamOf(patternBytes(1)), anySize, signal)
    const other = formatUuid(newBlobId())
    await writeFile(join(place.folder, 'README'), 'mine')
    await writeFile(join(dirname(placeOf(place.folder, id)), 'notes.txt'), 'mine')
    await mkdir(join(place.folder, 'zz'))
    await writeFile(join(place.folder, 'zz', other), 'mine')
    const listed = []
    for await (const entry of store.list(signal)) listed.push(formatUuid(entry.id))
    expect(listed).toEqual([formatUuid(id)])
  })

  test.each([
    [
      'a flipped bit in the content',
      70_000,
      (bytes: Buffer) => (bytes[35_000] = (bytes[35_000] ?? 0) ^ 4),
    ],
    [
      'a flipped bit in the last byte',
      300_000,
      (bytes: Buffer) => (bytes[299_999] = (bytes[299_999] ?? 0) ^ 1),
    ],
    ['a flipped bit in the checksum', 10, (bytes: Buffer) => (bytes[15] = (bytes[15] ?? 0) ^ 128)],
  ])('are never handed out whole after %s', async (_, length, damage) => {
    await using place = await newFolder()
    await using store = await openAt(place.folder)
    const id = newBlobId()
    await store.put(id, streamOf(patternBytes(length)), anySize, signal)
    const path = placeOf(place.folder, id)
    const bytes = await readFile(path)
    damage(bytes)
    await writeFile(path, bytes)
    const found = await store.get(id, signal)
    let received = 0
    const reading = (async () => {
      const reader = found?.content.getReader()
      for (;;) {
        const next = await reader?.read()
        if (next === undefined || next.done) return
        received += next.value.length
      }
    })()
    expect(await failureOf(reading)).toBeInstanceOf(DamagedBlobError)
    expect(received).toBeLessThan(length)
    expect(await filesBelow(place.folder)).toEqual([path])
  })

  test('are refused at once when the file was cut short or bears another name', async () => {
    await using place = await newFolder()
    await using store = await openAt(place.folder)
    const [short, empty, moved] = [newBlobId(), newBlobId(), newBlobId()]
    for (const id of [short, empty, moved]) {
      await store.put(id, streamOf(patternBytes(100)), anySize, signal)
    }
    await truncate(placeOf(place.folder, short), 50)
    await truncate(placeOf(place.folder, empty), 0)
    expect(await failureOf(store.get(short, signal))).toBeInstanceOf(DamagedBlobError)
    expect(await failureOf(store.get(empty, signal))).toBeInstanceOf(DamagedBlobError)
    const wrong = newBlobId()
    await mkdir(dirname(placeOf(place.folder, wrong)), { recursive: true })
    await rename(placeOf(place.folder, moved), placeOf(place.folder, wrong))
    const found = await store.get(wrong, signal)
    expect(found && (await failureOf(readToEnd(found.content)))).toBeInstanceOf(DamagedBlobError)
  })

  test('are refused as disk-full past the bound on all together, and fit again after a removal', async () => {
    await using place = await newFolder()
    const [a, b] = [newBlobId(), newBlobId()]
    {
      await using store = await openAt(place.folder, 1000)
      await store.put(a, streamOf(patternBytes(600)), anySize, signal)
    }
    // The bound counts what rests there from before.
    await using store = await openAt(place.folder, 1000)
    const unannounced = byteSource(patternBytes(401), 100)
    expect((await failureOf(store.put(b, unannounced.stream, anySize, signal))).code).toBe(
      'disk-full',
    )
    expect(unannounced.cancelled()).toBe(true)

    const announced = byteSource(patternBytes(401), 100)
    const bounds = { maxBytes: 1000, announcedBytes: 401 }
    const failure = await failureOf(store.put(b, announced.stream, bounds, signal))
    expect([failure.code, announced.pulled()]).toEqual(['disk-full', 0])
    expect((await filesBelow(place.folder)).length).toBe(1)

    expect(await store.put(b, streamOf(patternBytes(400)), anySize, signal)).toEqual({
      kind: 'stored',
      bytes: 400,
    })
    await store.remove(a, signal)
    await store.remove(a, signal)
    expect(await store.put(a, streamOf(patternBytes(600)), anySize, signal)).toMatchObject({
      kind: 'stored',
    })
    expect(
      (await failureOf(store.put(newBlobId(), streamOf(patternBytes(1)), anySize, signal))).code,
    ).toBe('disk-full')
  })

  test('share the bound between uploads at the same time, and give room back when one breaks', async () => {
    await using place = await newFolder()
    await using store = await openAt(place.folder, 1000)
    const abort = new AbortController()
    const slow = byteSource(patternBytes(10), 10, 'stall')
    const claimed = { maxBytes: 1000, announcedBytes: 900 }
    const running = store.put(newBlobId(), slow.stream, claimed, abort.signal)
    await waitFor(() => slow.pulled() === 2)
    const other = () => store.put(newBlobId(), streamOf(patternBytes(101)), anySize, signal)
    expect((await failureOf(other())).code).toBe('disk-full')
    abort.abort()
    await running
    expect(await other()).toMatchObject({ kind: 'stored' })
  })

  test('name neither path nor id when the disk fails', async () => {
    await using place = await newFolder()
    const store = await openAt(place.folder)
    await rm(place.folder, { recursive: true })
    const id = newBlobId()
    const failures = [
      await failureOf(store.put(id, streamOf(patternBytes(1)), anySize, signal)),
      await failureOf(store.check(signal)),
    ]
    for (const failure of failures) {
      expect(failure.code).toBe('unusable')
      expect(failure.message).toMatch(/ENOENT$/)
      expect(failure.cause).toBeUndefined()
      expect(failure.message).not.toContain(place.folder)
    }
    await writeFile(place.folder, 'a file, not a folder')
    expect((await failureOf(openAt(place.folder))).message).toMatch(
      /^Cannot open folder of attachments: E/,
    )
  })

  test('make their shard again when somebody removed it', async () => {
    await using place = await newFolder()
    await using store = await openAt(place.folder)
    const id = newBlobId()
    const put = () => store.put(id, streamOf(patternBytes(1)), anySize, signal)
    await put()
    await rm(dirname(placeOf(place.folder, id)), { recursive: true })
    expect((await failureOf(put())).code).toBe('unusable')
    expect(await put()).toEqual({ kind: 'stored', bytes: 1 })
  })

  test('close their file when a download ends, breaks or is never read', async () => {
    if (process.platform !== 'linux') return
    await using place = await newFolder()
    await using store = await openAt(place.folder)
    const id = newBlobId()
    await store.put(id, streamOf(patternBytes(1_000_000)), anySize, signal)
    const openFiles = async () => {
      const links = await Promise.all(
        (await readdir('/proc/self/fd')).map((fd) =>
          readlink(`/proc/self/fd/${fd}`).catch(() => ''),
        ),
      )
      return links.filter((link) => link.startsWith(place.folder)).length
    }
    const finished = await store.get(id, signal)
    if (finished) await readToEnd(finished.content)
    const cancelled = await store.get(id, signal)
    await cancelled?.content.cancel()
    const midway = (await store.get(id, signal))?.content.getReader()
    await midway?.read()
    const pending = midway?.read()
    await midway?.cancel()
    await pending
    const abort = new AbortController()
    const unread = await store.get(id, abort.signal)
    expect([unread?.bytes, await openFiles()]).toEqual([1_000_000, 1])
    abort.abort()
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await openFiles()).toBe(0)
  })

  test('are refused by a folder that may not be written to', async () => {
    // Root may write everywhere.
    if (process.getuid?.() === 0) return
    await using place = await newFolder()
    await using store = await openAt(place.folder)
    await chmod(join(place.folder, 'incoming'), 0o500)
    expect((await failureOf(store.check(signal))).message).toBe(
      'Cannot write to folder of attachments: EACCES',
    )
    await chmod(join(place.folder, 'incoming'), 0o700)
  })
})
