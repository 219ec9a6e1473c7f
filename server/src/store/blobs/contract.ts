/**
 * @module The suite that every place for attachments passes. Its names are the port's promises.
 *
 * Import it from tests alone: Bun remembers how it compiled a file, and one that it has met outside of `bun test` keeps
 * vitest's own `describe` inside.
 */
import { describe, expect, test } from 'vitest'
import type { BlobId } from '@sotto/wire'
import type { BlobStore } from '#store/blobs/blobs.ts'
import {
  byteSource,
  newBlobId,
  patternBytes,
  readToEnd,
  streamOf,
  waitFor,
} from '#store/blobs/byte-streams-for-tests.ts'
import { StoreError } from '#store/store.ts'

export interface BlobStoreSubject extends AsyncDisposable {
  readonly store: BlobStore
  /** Everything that rests in the storage, whole or not, counted past the store's back. */
  pieces(): Promise<number>
}

const maxBytes = 16 * 1024 * 1024
const unhurried = () => new AbortController().signal
const unannounced = { maxBytes, announcedBytes: undefined }
const mebibyte = 1024 * 1024

async function codeOf(failing: Promise<unknown>): Promise<string> {
  const error = await failing.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof StoreError ? error.code : `no StoreError: ${String(error)}`
}

export function blobStoreContract(name: string, open: () => Promise<BlobStoreSubject>): void {
  describe(`${name} as a place for attachments`, () => {
    test.each([0, 1, 14, 65_536, 131_072, 131_073, 5 * mebibyte, 5 * mebibyte + 1, 12 * mebibyte])(
      'gives back the same %i bytes, and tells how many',
      async (length) => {
        await using subject = await open()
        const { store } = subject
        const bytes = patternBytes(length, length + 1)
        for (const announcedBytes of [undefined, length]) {
          const id = newBlobId()
          const stored = await store.put(
            id,
            streamOf(bytes),
            { maxBytes, announcedBytes },
            unhurried(),
          )
          expect(stored).toEqual({ kind: 'stored', bytes: length })
          const found = await store.get(id, unhurried())
          expect(found?.bytes).toBe(length)
          const read = found === undefined ? undefined : await readToEnd(found.content)
          expect(read !== undefined && Buffer.compare(read, bytes) === 0).toBe(true)
        }
      },
    )

    test('does not mind in how small or large pieces the bytes come', async () => {
      await using subject = await open()
      for (const [length, chunkBytes] of [
        [200_000, 97],
        [6 * mebibyte, 3 * mebibyte + 1],
        [6 * mebibyte, 6 * mebibyte],
      ] as const) {
        const bytes = patternBytes(length)
        const id = newBlobId()
        await subject.store.put(id, streamOf(bytes, chunkBytes), unannounced, unhurried())
        const found = await subject.store.get(id, unhurried())
        const read = found === undefined ? undefined : await readToEnd(found.content)
        expect(read !== undefined && Buffer.compare(read, bytes) === 0).toBe(true)
      }
    })

    test('finds nothing under an id that was never put', async () => {
      await using subject = await open()
      expect(await subject.store.get(newBlobId(), unhurried())).toBeUndefined()
    })

    test('removes, and removing what is not there succeeds', async () => {
      await using subject = await open()
      const id = newBlobId()
      await subject.store.put(id, streamOf(patternBytes(10)), unannounced, unhurried())
      expect(await subject.pieces()).toBe(1)
      await subject.store.remove(id, unhurried())
      expect(await subject.store.get(id, unhurried())).toBeUndefined()
      await subject.store.remove(id, unhurried())
      expect(await subject.pieces()).toBe(0)
    })

    test('takes exactly the limit and not one byte more, whatever the size of a piece', async () => {
      await using subject = await open()
      for (const [limit, chunkBytes] of [
        [100, 7],
        [100, 200],
        [6 * mebibyte, 100_000],
      ] as const) {
        const bounds = { maxBytes: limit, announcedBytes: undefined }
        const over = byteSource(patternBytes(limit + 1), chunkBytes)
        expect(await subject.store.put(newBlobId(), over.stream, bounds, unhurried())).toEqual({
          kind: 'too-large',
        })
        expect(await subject.pieces()).toBe(0)
        const id = newBlobId()
        const fits = streamOf(patternBytes(limit), chunkBytes)
        expect(await subject.store.put(id, fits, bounds, unhurried())).toEqual({
          kind: 'stored',
          bytes: limit,
        })
        await subject.store.remove(id, unhurried())
      }
    })

    test('reads nothing of a stream that announces more than the limit, and cancels it', async () => {
      await using subject = await open()
      const source = byteSource(patternBytes(10))
      const bounds = { maxBytes: 100, announcedBytes: 101 }
      expect(await subject.store.put(newBlobId(), source.stream, bounds, unhurried())).toEqual({
        kind: 'too-large',
      })
      expect([source.pulled(), source.cancelled()]).toEqual([0, true])
      expect(await subject.pieces()).toBe(0)
    })

    test.each([
      ['under-size', 99, 'end'],
      ['over-size', 101, 'end'],
      ['failing', 50, 'fail'],
      ['late failing', 6 * mebibyte, 'fail'],
      ['late over-size', 6 * mebibyte, 'end'],
    ] as const)(
      'obscura 85: a source stream that is %s leaves no object',
      async (_, length, ending) => {
        await using subject = await open()
        const source = byteSource(patternBytes(length), 64 * 1024, ending)
        const announcedBytes = length > mebibyte ? 6 * mebibyte - 1 : 100
        const bounds = { maxBytes, announcedBytes }
        expect(await subject.store.put(newBlobId(), source.stream, bounds, unhurried())).toEqual({
          kind: 'broken',
        })
        expect(await subject.pieces()).toBe(0)
      },
    )

    test('stops at once when the signal aborts, cancels the source and leaves nothing', async () => {
      await using subject = await open()
      for (const length of [0, 10, 7 * mebibyte]) {
        const abort = new AbortController()
        const source = byteSource(patternBytes(length), mebibyte, 'stall')
        const put = subject.store.put(newBlobId(), source.stream, unannounced, abort.signal)
        await waitFor(() => source.pulled() === Math.ceil(length / mebibyte) + 1)
        abort.abort()
        expect(await put).toEqual({ kind: 'broken' })
        expect(source.cancelled()).toBe(true)
        expect(await subject.pieces()).toBe(0)
      }
    })

    test('stores nothing under a signal that was aborted before', async () => {
      await using subject = await open()
      const source = byteSource(patternBytes(10))
      const put = subject.store.put(newBlobId(), source.stream, unannounced, AbortSignal.abort())
      expect(await put).toEqual({ kind: 'broken' })
      expect([source.pulled(), source.cancelled()]).toEqual([0, true])
      await expect(subject.store.get(newBlobId(), AbortSignal.abort())).rejects.toThrow()
      expect(await subject.pieces()).toBe(0)
    })

    test('keeps uploads at the same time apart', async () => {
      await using subject = await open()
      const uploads = Array.from({ length: 12 }, (_, i) => ({
        id: newBlobId(),
        bytes: patternBytes(300_000 + i, i + 1),
      }))
      await Promise.all(
        uploads.map(({ id, bytes }) =>
          subject.store.put(id, streamOf(bytes, 10_007), unannounced, unhurried()),
        ),
      )
      for (const { id, bytes } of uploads) {
        const found = await subject.store.get(id, unhurried())
        const read = found === undefined ? undefined : await readToEnd(found.content)
        expect(read !== undefined && Buffer.compare(read, bytes) === 0).toBe(true)
      }
    })

    test('reads no faster than it is read, and stops when the reader does', async () => {
      await using subject = await open()
      const id = newBlobId()
      await subject.store.put(id, streamOf(patternBytes(4 * mebibyte)), unannounced, unhurried())
      const found = await subject.store.get(id, unhurried())
      const reader = found?.content.getReader()
      const first = await reader?.read()
      expect(first?.value?.length).toBeLessThanOrEqual(mebibyte)
      await reader?.cancel()
      expect(await reader?.read()).toEqual({ done: true, value: undefined })
      await subject.store.remove(id, unhurried())
    })

    test('ends a download whose signal aborts with an error, never with a short success', async () => {
      await using subject = await open()
      const id = newBlobId()
      await subject.store.put(id, streamOf(patternBytes(4 * mebibyte)), unannounced, unhurried())
      const abort = new AbortController()
      const found = await subject.store.get(id, abort.signal)
      const reader = found?.content.getReader()
      await reader?.read()
      abort.abort()
      await expect(readAllOf(reader)).rejects.toThrow()
    })

    test('lists what rests, with the time that it has rested since', async () => {
      await using subject = await open()
      const ids = Array.from({ length: 5 }, newBlobId)
      for (const id of ids) {
        await subject.store.put(id, streamOf(patternBytes(10)), unannounced, unhurried())
      }
      const listed = []
      for await (const entry of subject.store.list(unhurried())) listed.push(entry)
      const sortedIds = (of: readonly BlobId[]) =>
        of.map((id) => Buffer.from(id).toString('hex')).sort()
      expect(sortedIds(listed.map(({ id }) => id))).toEqual(sortedIds(ids))
      for (const { storedAtMillis } of listed) {
        expect(Math.abs(storedAtMillis - Date.now())).toBeLessThan(60_000)
      }
    })

    test('does not count an upload that runs as unfinished', async () => {
      await using subject = await open()
      const abort = new AbortController()
      const source = byteSource(patternBytes(6 * mebibyte), mebibyte, 'stall')
      const put = subject.store.put(newBlobId(), source.stream, unannounced, abort.signal)
      await waitFor(() => source.pulled() === 7)
      expect(await subject.store.removeUnfinished(Date.now() + 60_000, unhurried())).toBe(0)
      expect(await subject.pieces()).toBe(1)
      abort.abort()
      await put
    })

    test('answers a check, unless its signal is aborted', async () => {
      await using subject = await open()
      await subject.store.check(unhurried())
      await subject.store.check(unhurried())
      await expect(subject.store.check(AbortSignal.abort(new Error('Late')))).rejects.toThrow(
        'Late',
      )
      expect(await subject.pieces()).toBe(0)
    })

    test('breaks off what runs when it is closed, and refuses afterwards', async () => {
      await using subject = await open()
      const { store } = subject
      const source = byteSource(patternBytes(6 * mebibyte), mebibyte, 'stall')
      const put = store.put(newBlobId(), source.stream, unannounced, unhurried())
      await waitFor(() => source.pulled() === 7)
      await store[Symbol.asyncDispose]()
      expect(await put).toEqual({ kind: 'broken' })
      expect(await subject.pieces()).toBe(0)

      const late = byteSource(patternBytes(10))
      expect(await codeOf(store.put(newBlobId(), late.stream, unannounced, unhurried()))).toBe(
        'closed',
      )
      expect(late.cancelled()).toBe(true)
      expect(await codeOf(store.get(newBlobId(), unhurried()))).toBe('closed')
      expect(await codeOf(store.remove(newBlobId(), unhurried()))).toBe('closed')
      expect(await codeOf(store.check(unhurried()))).toBe('closed')
    })
  })
}

async function readAllOf(
  reader: { read(): Promise<{ done: boolean }> } | undefined,
): Promise<void> {
  while (reader !== undefined && !(await reader.read()).done);
}
