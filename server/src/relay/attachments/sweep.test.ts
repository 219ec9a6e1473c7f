import { describe, expect, test } from 'vitest'
import { formatUuid, type BlobId } from '@sotto/wire'
import { expireAttachments, sweepOrphans } from '#relay/attachments/sweep.ts'
import { newBlobId, patternBytes, streamOf } from '#store/blobs/byte-streams-for-tests.ts'
import { startFakeS3, type FakeS3 } from '#store/blobs/fake-s3.ts'
import { openS3Blobs } from '#store/blobs/s3.ts'
import { MemoryBlobs } from '#store/memory/blobs.ts'
import type { BlobRecordStore } from '#store/store.ts'

const signal = new AbortController().signal
const hour = 3_600_000
const nowMillis = Date.UTC(2026, 0, 1)
const forEver = 1_000_000

/** A real store over a storage that fails on demand, and records that count how often they are asked. */
async function open() {
  const place = { bucket: 'bucket', region: 'us-east-1', accessKey: 'AKID', secretKey: 'secret' }
  // Objects get their time from here.
  let s3Millis = nowMillis
  const s3 = await startFakeS3({ ...place, nowMillis: () => s3Millis })
  const blobs = openS3Blobs({
    ...place,
    endpoint: s3.endpoint,
    forcePathStyle: true,
    prefix: '',
    nowMillis: () => s3Millis,
    timeoutMillis: 2_000,
    retryDelayMillis: 1,
  })
  const rows = new MemoryBlobs()
  let asked = 0
  const records: BlobRecordStore = {
    add: (record) => rows.add(record),
    find: (id) => rows.find(id),
    remove: (ids) => rows.remove(ids),
    expired(now, limit) {
      asked++
      return rows.expired(now, limit)
    },
  }
  return {
    s3,
    blobs,
    records,
    clock: { now: () => nowMillis },
    timesAsked: () => asked,
    async put(storedAtMillis: number, expiresAtMillis: number | undefined): Promise<BlobId> {
      const id = newBlobId()
      s3Millis = storedAtMillis
      const bounds = { maxBytes: 100, announcedBytes: undefined }
      await blobs.put(id, streamOf(patternBytes(1)), bounds, signal)
      s3Millis = nowMillis
      if (expiresAtMillis !== undefined) await records.add({ id, expiresAtMillis })
      return id
    },
    async [Symbol.asyncDispose]() {
      await blobs[Symbol.asyncDispose]()
      await s3[Symbol.asyncDispose]()
    },
  }
}

function refuseToRemove(s3: FakeS3, id: BlobId): void {
  const what = { kind: 'answer', status: 403, code: 'AccessDenied' } as const
  s3.fail({ on: 'DeleteObject', key: formatUuid(id), times: forEver, what })
}

function removalsOf(s3: FakeS3): number {
  return s3.log.filter((operation) => operation === 'DeleteObject').length
}

describe('The removal of expired attachments', () => {
  test('obscura 84: takes row and object of what expired, and nothing else', async () => {
    await using at = await open()
    const expired = await at.put(nowMillis, nowMillis)
    const alive = await at.put(nowMillis, nowMillis + 1)
    expect(await expireAttachments(at, 100, signal)).toEqual({
      removed: 1,
      failed: 0,
      failure: undefined,
    })
    expect([...at.s3.objects.keys()]).toEqual([formatUuid(alive)])
    expect(await at.records.find(expired)).toBeUndefined()
    expect(await at.records.find(alive)).toBeDefined()
  })

  test('goes on in batches until none is left', async () => {
    await using at = await open()
    for (let i = 0; i < 25; i++) await at.put(nowMillis, nowMillis - i)
    expect((await expireAttachments(at, 10, signal)).removed).toBe(25)
    expect([at.s3.objects.size, removalsOf(at.s3), at.timesAsked()]).toEqual([0, 25, 4])
  })

  test('takes the record of an object that is gone already', async () => {
    await using at = await open()
    const id = newBlobId()
    await at.records.add({ id, expiresAtMillis: nowMillis })
    expect((await expireAttachments(at, 10, signal)).removed).toBe(1)
    expect(await at.records.find(id)).toBeUndefined()
  })

  test('passes over objects that cannot be removed, once each, and gets at all others', async () => {
    await using at = await open()
    // The oldest, and more of them than a batch holds: they come first whenever the records are asked.
    const stuck: BlobId[] = []
    for (let i = 0; i < 7; i++) stuck.push(await at.put(nowMillis, nowMillis - hour))
    for (const id of stuck) refuseToRemove(at.s3, id)
    for (let i = 0; i < 12; i++) await at.put(nowMillis, nowMillis)

    const result = await expireAttachments(at, 3, signal)
    expect([result.removed, result.failed]).toEqual([12, 7])
    expect(result.failure?.message).toBe(
      'Cannot use attachment storage: it answers 403 AccessDenied',
    )
    expect(removalsOf(at.s3)).toBe(19)
    expect([...at.s3.objects.keys()].sort()).toEqual(stuck.map(formatUuid).sort())
    for (const id of stuck) expect(await at.records.find(id)).toBeDefined()
  })

  test('gives up for this run when nothing goes and the storage does not answer', async () => {
    await using at = await open()
    for (let i = 0; i < 9; i++) refuseToRemove(at.s3, await at.put(nowMillis, nowMillis))
    const what = { kind: 'answer', status: 503, code: 'SlowDown' } as const
    at.s3.fail({ on: 'HeadBucket', times: forEver, what })
    const result = await expireAttachments(at, 3, signal)
    expect([result.removed, result.failed, removalsOf(at.s3), at.timesAsked()]).toEqual([
      0, 3, 3, 1,
    ])
  })

  test('stops when its signal aborts', async () => {
    await using at = await open()
    await at.put(nowMillis, nowMillis)
    const abort = new AbortController()
    at.s3.fail({ on: 'DeleteObject', what: { kind: 'hang' } })
    const run = expireAttachments(at, 10, abort.signal)
    setTimeout(() => abort.abort(new Error('Shutting down')), 30)
    await expect(run).rejects.toThrow('Shutting down')
    await expect(expireAttachments(at, 10, abort.signal)).rejects.toThrow('Shutting down')
    expect(at.s3.objects.size).toBe(1)
  })
})

describe('The sweep of orphans', () => {
  test('takes what has no record and is older than the grace', async () => {
    await using at = await open()
    await at.put(nowMillis - hour - 1, undefined)
    const young = await at.put(nowMillis - hour, undefined)
    const known = await at.put(nowMillis - 2 * hour, nowMillis + hour)
    const expired = await at.put(nowMillis - 2 * hour, nowMillis - hour)
    expect(await sweepOrphans(at, hour, signal)).toEqual({
      removed: 1,
      failed: 0,
      failure: undefined,
      unfinished: 0,
    })
    const left = [young, known, expired].map(formatUuid).sort()
    expect([...at.s3.objects.keys()].sort()).toEqual(left)
  })

  test('takes pieces of uploads that broke off, and leaves a record whose object is gone', async () => {
    await using at = await open()
    const key = formatUuid(newBlobId())
    at.s3.uploads.set('old', { key, atMillis: nowMillis - 2 * hour, parts: new Map() })
    at.s3.uploads.set('young', { key, atMillis: nowMillis - 60_000, parts: new Map() })
    const id = newBlobId()
    await at.records.add({ id, expiresAtMillis: nowMillis + hour })
    expect((await sweepOrphans(at, hour, signal)).unfinished).toBe(1)
    expect([...at.s3.uploads.keys()]).toEqual(['young'])
    expect(await at.records.find(id)).toBeDefined()
  })

  test('passes over what cannot be removed', async () => {
    await using at = await open()
    const stuck = await at.put(nowMillis - 2 * hour, undefined)
    for (let i = 0; i < 3; i++) await at.put(nowMillis - 2 * hour, undefined)
    refuseToRemove(at.s3, stuck)
    const result = await sweepOrphans(at, hour, signal)
    expect([result.removed, result.failed, result.failure?.code]).toEqual([3, 1, 'unusable'])
    expect([...at.s3.objects.keys()]).toEqual([formatUuid(stuck)])
  })

  test('rejects when the storage cannot be listed, and when its signal aborts', async () => {
    await using at = await open()
    const what = { kind: 'answer', status: 403, code: 'AccessDenied' } as const
    at.s3.fail({ on: 'ListObjectsV2', what })
    await expect(sweepOrphans(at, hour, signal)).rejects.toThrow('403 AccessDenied')
    await expect(sweepOrphans(at, hour, AbortSignal.abort(new Error('Late')))).rejects.toThrow(
      'Late',
    )
  })
})
