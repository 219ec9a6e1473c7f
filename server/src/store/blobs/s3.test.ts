import { describe, expect, test } from 'vitest'
import { formatUuid } from '@sotto/wire'
import {
  byteSource,
  newBlobId,
  patternBytes,
  streamOf,
  waitFor,
} from '#store/blobs/byte-streams-for-tests.ts'
import { blobStoreContract } from '#store/blobs/contract.ts'
import { openS3Blobs, type S3BlobsOptions } from '#store/blobs/s3.ts'
import {
  accessKey,
  answer,
  anySize,
  failureOf,
  listedBy,
  mebibyte,
  openOverFakeS3,
  secretKey,
  signal,
} from '#store/blobs/s3-for-tests.ts'

blobStoreContract('A bucket', async () => {
  const subject = await openOverFakeS3()
  const { s3, store } = subject
  return {
    store,
    pieces: async () => s3.objects.size + s3.uploads.size,
    [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose](),
  }
})

describe('Attachments in S3', () => {
  test('go as one object up to 5 MiB, and in parts of at most 5 MiB beyond', async () => {
    await using subject = await openOverFakeS3()
    const { s3, store } = subject
    const put = (length: number) =>
      store.put(newBlobId(), streamOf(patternBytes(length), 700_001), anySize, signal)
    await put(5 * mebibyte)
    expect(s3.log).toEqual(['PutObject'])
    await put(13 * mebibyte)
    expect(s3.log.slice(1)).toEqual([
      'CreateMultipartUpload',
      'UploadPart',
      'UploadPart',
      'UploadPart',
      'CompleteMultipartUpload',
    ])
    expect(s3.largestBodyBytes()).toBe(5 * mebibyte)
  })

  test('grow their parts when the limit would take more than 10 000 of them', async () => {
    await using subject = await openOverFakeS3()
    const bounds = { maxBytes: 60_000 * mebibyte, announcedBytes: undefined }
    await subject.store.put(newBlobId(), streamOf(patternBytes(6 * mebibyte)), bounds, signal)
    expect(subject.s3.log).toEqual(['PutObject'])
  })

  test('lie under the prefix, by the text of their id', async () => {
    await using subject = await openOverFakeS3()
    const id = newBlobId()
    await subject.store.put(id, streamOf(patternBytes(1)), anySize, signal)
    expect([...subject.s3.objects.keys()]).toEqual([`attachments/${formatUuid(id)}`])
  })

  test('pull the source no further than one part while S3 is slow', async () => {
    await using subject = await openOverFakeS3()
    subject.s3.fail({ on: 'UploadPart', what: { kind: 'slow', millis: 300 } })
    const source = byteSource(patternBytes(12 * mebibyte), mebibyte)
    const put = subject.store.put(newBlobId(), source.stream, anySize, signal)
    await waitFor(() => subject.s3.log.includes('UploadPart'))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(source.pulled()).toBe(6)
    expect(await put).toEqual({ kind: 'stored', bytes: 12 * mebibyte })
  })

  test('are listed over all pages, without what is not theirs', async () => {
    await using subject = await openOverFakeS3({}, { pageSize: 3 })
    const ids = Array.from({ length: 10 }, newBlobId)
    for (const id of ids) await subject.store.put(id, streamOf(patternBytes(1)), anySize, signal)
    const foreign = { bytes: new Uint8Array(), atMillis: 0 }
    subject.s3.objects.set(formatUuid(newBlobId()), foreign)
    subject.s3.objects.set('attachments/readme.txt', foreign)
    subject.s3.objects.set(`attachments/old/${formatUuid(newBlobId())}`, foreign)
    expect(await listedBy(subject)).toEqual(ids.map(formatUuid).sort())
    expect(subject.s3.log.filter((operation) => operation === 'ListObjectsV2').length).toBe(4)
  })

  test('lose multipart uploads that a crash left, over all pages, young ones excepted', async () => {
    await using subject = await openOverFakeS3({}, { pageSize: 2 })
    const now = Date.now()
    const upload = (n: number, key: string, atMillis: number) =>
      subject.s3.uploads.set(`left-${n}`, { key, atMillis, parts: new Map() })
    for (let n = 0; n < 5; n++) upload(n, `attachments/${formatUuid(newBlobId())}`, now - 7_200_000)
    upload(5, `attachments/${formatUuid(newBlobId())}`, now - 60_000)
    upload(6, 'attachments/backup.tar', now - 7_200_000)
    expect(await subject.store.removeUnfinished(now - 3_600_000, signal)).toBe(5)
    expect([...subject.s3.uploads.keys()]).toEqual(['left-5', 'left-6'])
  })

  test('leave unfinished uploads to a storage that cannot list them', async () => {
    await using subject = await openOverFakeS3()
    subject.s3.fail(answer('ListMultipartUploads', 501, 'NotImplemented', 3))
    expect(await subject.store.removeUnfinished(Date.now(), signal)).toBe(0)
  })

  test('are told apart: an object that is missing, a bucket that is, and a refusal', async () => {
    await using subject = await openOverFakeS3()
    const { s3, store } = subject
    expect(await store.get(newBlobId(), signal)).toBeUndefined()
    s3.fail(answer('GetObject', 404, 'NoSuchBucket'))
    expect((await failureOf(store.get(newBlobId(), signal))).message).toBe(
      'Cannot use attachment storage: it answers 404 NoSuchBucket',
    )
    s3.fail(answer('DeleteObject', 403, 'AccessDenied'))
    expect((await failureOf(store.remove(newBlobId(), signal))).code).toBe('unusable')
    s3.fail(answer('GetObject', 503, 'SlowDown', 3))
    expect((await failureOf(store.get(newBlobId(), signal))).code).toBe('busy')
    s3.fail(answer('PutObject', 507, 'XMinioStorageFull', 3))
    expect(
      (await failureOf(store.put(newBlobId(), streamOf(patternBytes(1)), anySize, signal))).code,
    ).toBe('disk-full')
  })

  test('fail the check without their bucket, and with the wrong key, region or clock', async () => {
    const check = async (wrong: Partial<S3BlobsOptions>) => {
      await using subject = await openOverFakeS3(wrong)
      return (await failureOf(subject.store.check(signal))).message
    }
    expect(await check({ bucket: 'another' })).toBe('Cannot use attachment storage: it answers 404')
    expect(await check({ secretKey: 'wrong' })).toBe(
      'Cannot use attachment storage: it answers 403',
    )
    expect(await check({ accessKey: 'wrong' })).toBe(
      'Cannot use attachment storage: it answers 403',
    )
    expect(await check({ region: 'eu-west-1' })).toBe(
      'Cannot use attachment storage: it answers 403',
    )
    expect(await check({ nowMillis: () => Date.now() - 3_600_000 })).toBe(
      'Cannot use attachment storage: it answers 403',
    )
  })

  test('never follow a redirect with a signed request', async () => {
    await using subject = await openOverFakeS3()
    subject.s3.fail(answer('GetObject', 301, 'PermanentRedirect'))
    expect((await failureOf(subject.store.get(newBlobId(), signal))).message).toBe(
      'Cannot use attachment storage: it answers 301 PermanentRedirect',
    )
    expect(subject.s3.log).toEqual(['GetObject'])
  })

  test('name neither credentials nor address nor id in a failure', async () => {
    const gone = await openOverFakeS3()
    await gone[Symbol.asyncDispose]()
    await using subject = await openOverFakeS3({ endpoint: gone.s3.endpoint })
    const id = newBlobId()
    const refused = await failureOf(subject.store.get(id, signal))
    expect(refused.message).toMatch(/^Cannot reach attachment storage: \w+$/)
    const everything = (error: Error) =>
      [error.message, error.stack, JSON.stringify(error), String(error.cause)].join(' ')
    await using denied = await openOverFakeS3({ secretKey: `${secretKey}x` })
    const failures = [refused, await failureOf(denied.store.get(id, signal))]
    for (const failure of failures) {
      for (const secret of [secretKey, accessKey, 'AKIDEXAMPLE', formatUuid(id), '127.0.0.1']) {
        expect(everything(failure)).not.toContain(secret)
      }
    }
  })

  test('refuse options that cannot be right, without quoting a key', async () => {
    const base = {
      endpoint: undefined,
      region: 'us-east-1',
      bucket: 'attachments',
      accessKey,
      secretKey,
      forcePathStyle: false,
      prefix: 'attachments/',
      nowMillis: Date.now,
    }
    expect(() => openS3Blobs(base)).not.toThrow()
    for (const [wrong, text] of [
      [{ secretKey: 'two words' }, 'Cannot use storage keys: required are both, without spaces'],
      [{ accessKey: '' }, 'Cannot use storage keys: required are both, without spaces'],
      [
        { prefix: '/x' },
        "Cannot use storage prefix '/x': required are letters, digits, '.', '_', '-' and, not first, '/'",
      ],
      [
        { bucket: 'a/b' },
        "Cannot use bucket 'a/b': required are letters, digits, '.', '_' and '-'",
      ],
      [
        { endpoint: 'ftp://x' },
        'Cannot use storage endpoint: required is a URL with https or http',
      ],
    ] as const) {
      expect(() => openS3Blobs({ ...base, ...wrong })).toThrow(new TypeError(text))
    }
  })
})
