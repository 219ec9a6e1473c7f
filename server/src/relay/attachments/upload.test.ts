import { describe, expect, test } from 'vitest'
import { readdir } from 'node:fs/promises'
import { formatUuid, type BlobId } from '@sotto/wire'
import {
  openTestAttachments,
  startMillis,
  testAccount,
  type TestAttachments,
} from '#relay/attachments/attachments-for-tests.ts'
import { createUpload, type UploadPolicy } from '#relay/attachments/upload.ts'
import {
  byteSource,
  patternBytes,
  readToEnd,
  streamOf,
  waitFor,
} from '#store/blobs/byte-streams-for-tests.ts'
import { StoreError } from '#store/store.ts'

const policy: UploadPolicy = {
  maxBytes: 1000,
  ttlMillis: 30 * 86_400_000,
  maxConcurrent: 3,
  maxConcurrentPerAccount: 2,
  timeoutMillis: 10_000,
}
const signal = new AbortController().signal
const alice = testAccount(1)

function attachment(length: number, account = alice) {
  return { account, content: streamOf(patternBytes(length), 64), announcedBytes: undefined }
}

async function files(at: TestAttachments): Promise<number> {
  const entries = await readdir(at.folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).length
}

describe('An upload', () => {
  test.each([0, 14, 1000])(
    'of %i bytes is stored under a random UUID until its time is over',
    async (length) => {
      await using at = await openTestAttachments()
      const outcome = await createUpload(at, policy)(attachment(length), signal)
      if (outcome.kind !== 'stored') throw new Error(outcome.kind)
      expect(outcome.bytes).toBe(length)
      expect(outcome.expiresAtMillis).toBe(startMillis + policy.ttlMillis)
      expect(formatUuid(outcome.id)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
      expect(await at.records.find(outcome.id)).toEqual({
        id: outcome.id,
        expiresAtMillis: outcome.expiresAtMillis,
      })
      const blob = await at.blobs.get(outcome.id, signal)
      expect(blob && Buffer.compare(await readToEnd(blob.content), patternBytes(length))).toBe(0)
    },
  )

  test('gets its record only after its bytes are in their place', async () => {
    await using at = await openTestAttachments()
    const seen: (number | undefined)[] = []
    const records = {
      ...withoutChange(at.records),
      async add(record: { readonly id: BlobId; readonly expiresAtMillis: number }) {
        const blob = await at.blobs.get(record.id, signal)
        seen.push(blob?.bytes)
        await blob?.content.cancel()
        await at.records.add(record)
      },
    }
    await createUpload({ ...at, records }, policy)(attachment(500), signal)
    expect(seen).toEqual([500])
  })

  test('whose record cannot be written fails, and its bytes go again', async () => {
    await using at = await openTestAttachments()
    const failure = new StoreError('disk-full', 'Cannot write: disk is full')
    const records = { ...withoutChange(at.records), add: () => Promise.reject(failure) }
    const upload = createUpload({ ...at, records }, policy)
    await expect(upload(attachment(500), signal)).rejects.toBe(failure)
    expect(await files(at)).toBe(0)
  })

  test('that announces too much is refused before it is read, even when all places are taken', async () => {
    await using at = await openTestAttachments()
    const upload = createUpload(at, { ...policy, maxConcurrent: 0 })
    const source = byteSource(patternBytes(10))
    const request = { account: alice, content: source.stream, announcedBytes: 1001 }
    expect(await upload(request, signal)).toEqual({ kind: 'too-large' })
    expect([source.pulled(), source.cancelled()]).toEqual([0, true])
  })

  test.each([
    ['turns out too large', 1001, undefined, 'end', 'too-large'],
    ['ends before what it announced', 50, 51, 'end', 'broken'],
    ['goes on after what it announced', 50, 49, 'end', 'broken'],
    ['breaks off', 50, undefined, 'fail', 'broken'],
  ] as const)(
    'that %s leaves neither bytes nor record',
    async (_, length, announcedBytes, ending, kind) => {
      await using at = await openTestAttachments()
      const content = byteSource(patternBytes(length), 10, ending).stream
      const upload = createUpload(at, policy)
      expect(await upload({ account: alice, content, announcedBytes }, signal)).toEqual({ kind })
      expect(await files(at)).toBe(0)
      expect(await at.records.expired(Number.MAX_SAFE_INTEGER, 10)).toEqual([])
    },
  )

  test('that takes too long ends as a timeout and leaves nothing', async () => {
    await using at = await openTestAttachments()
    const source = byteSource(patternBytes(50), 10, 'stall')
    const upload = createUpload(at, { ...policy, timeoutMillis: 50 })
    const request = { account: alice, content: source.stream, announcedBytes: undefined }
    expect(await upload(request, signal)).toEqual({ kind: 'timeout' })
    expect([source.cancelled(), await files(at)]).toEqual([true, 0])
  })

  test('whose client leaves at the last moment keeps nothing that nobody knows of', async () => {
    await using at = await openTestAttachments()
    const abort = new AbortController()
    const blobs = {
      ...at.blobs,
      remove: at.blobs.remove.bind(at.blobs),
      async put(...args: Parameters<typeof at.blobs.put>) {
        const outcome = await at.blobs.put(...args)
        abort.abort()
        return outcome
      },
    }
    const upload = createUpload({ ...at, blobs }, policy)
    expect(await upload(attachment(10), abort.signal)).toEqual({ kind: 'broken' })
    expect(await files(at)).toBe(0)
  })

  test('finds no place while as many run as may, in all and for one account, and one when they are over', async () => {
    await using at = await openTestAttachments()
    const upload = createUpload(at, policy)
    const abort = new AbortController()
    const start = (account: number) => {
      const source = byteSource(patternBytes(10), 10, 'stall')
      const request = {
        account: testAccount(account),
        content: source.stream,
        announcedBytes: undefined,
      }
      return { outcome: upload(request, abort.signal), source }
    }
    const running = [start(1), start(1)]
    const third = start(1)
    expect(await third.outcome).toEqual({ kind: 'busy' })
    expect([third.source.pulled(), third.source.cancelled()]).toEqual([0, true])
    running.push(start(2))
    expect(await start(3).outcome).toEqual({ kind: 'busy' })
    await waitFor(() => running.every(({ source }) => source.pulled() === 2))
    abort.abort()
    for (const { outcome } of running) expect(await outcome).toEqual({ kind: 'broken' })
    expect((await upload(attachment(10), signal)).kind).toBe('stored')
  })

  test('gives its place back however it ends', async () => {
    await using at = await openTestAttachments()
    const one = { ...policy, maxConcurrent: 1, maxConcurrentPerAccount: 1 }
    const records = withoutChange(at.records)
    let add = () => Promise.reject<void>(new StoreError('busy', 'Busy'))
    const upload = createUpload({ ...at, records: { ...records, add: () => add() } }, one)
    await expect(upload(attachment(1), signal)).rejects.toThrow('Busy')
    expect((await upload(attachment(1001), signal)).kind).toBe('too-large')
    add = () => Promise.resolve()
    expect((await upload(attachment(1), signal)).kind).toBe('stored')
  })
})

function withoutChange(records: TestAttachments['records']): TestAttachments['records'] {
  return {
    add: (record) => records.add(record),
    find: (id) => records.find(id),
    expired: (nowMillis, limit) => records.expired(nowMillis, limit),
    remove: (ids) => records.remove(ids),
  }
}
