import { describe, expect, test } from 'vitest'
import {
  byteSource,
  newBlobId,
  patternBytes,
  readToEnd,
  streamOf,
  waitFor,
} from '#store/blobs/byte-streams-for-tests.ts'
import {
  anySize,
  failureOf,
  listedBy,
  mebibyte,
  openOverFakeS3,
  signal,
} from '#store/blobs/s3-for-tests.ts'

describe('Attachments in S3 that fails', () => {
  test.each([
    'PutObject',
    'CreateMultipartUpload',
    'UploadPart',
    'CompleteMultipartUpload',
  ] as const)('are stored although %s fails for a moment, in several ways', async (on) => {
    for (const what of [
      { kind: 'answer', status: 500, code: 'InternalError' },
      { kind: 'answer', status: 503, code: 'SlowDown' },
      { kind: 'drop' },
      { kind: 'lose-answer' },
    ] as const) {
      await using subject = await openOverFakeS3()
      const { s3, store } = subject
      s3.fail({ on, what, times: 2 })
      const bytes = patternBytes(on === 'PutObject' ? mebibyte : 6 * mebibyte)
      const id = newBlobId()
      const stored = await store.put(id, streamOf(bytes), anySize, signal)
      expect(stored).toEqual({ kind: 'stored', bytes: bytes.length })
      const found = await store.get(id, signal)
      expect(found && Buffer.compare(await readToEnd(found.content), bytes)).toBe(0)
      expect(s3.objects.size).toBe(1)
    }
  })

  test.each([
    'PutObject',
    'CreateMultipartUpload',
    'UploadPart',
    'CompleteMultipartUpload',
  ] as const)('leave nothing behind when %s keeps failing', async (on) => {
    for (const what of [
      { kind: 'answer', status: 500, code: 'InternalError' },
      { kind: 'answer', status: 403, code: 'AccessDenied' },
      { kind: 'drop' },
    ] as const) {
      await using subject = await openOverFakeS3()
      const { s3, store } = subject
      s3.fail({ on, what, times: 30 })
      const source = byteSource(patternBytes(on === 'PutObject' ? 10 : 6 * mebibyte))
      const failure = await failureOf(store.put(newBlobId(), source.stream, anySize, signal))
      expect(failure.code).toBe('unusable')
      expect([s3.objects.size, s3.uploads.size]).toEqual([0, 0])
      // A refusal is not repeated; trouble is, twice. Bun adds repetitions of its own when a kept connection drops.
      const asked = s3.log.filter((operation) => operation === on).length
      if (what.kind === 'answer') expect(asked).toBe(what.status === 403 ? 1 : 3)
    }
  })

  test('leave nothing behind when S3 answers 200 and then reports an error', async () => {
    await using subject = await openOverFakeS3()
    subject.s3.fail({
      on: 'CompleteMultipartUpload',
      what: { kind: 'late-error', code: 'InternalError' },
    })
    const put = subject.store.put(
      newBlobId(),
      streamOf(patternBytes(6 * mebibyte)),
      anySize,
      signal,
    )
    expect((await failureOf(put)).message).toBe(
      'Cannot store attachment: storage answers InternalError',
    )
    expect([subject.s3.objects.size, subject.s3.uploads.size]).toEqual([0, 0])
  })

  test('are not waited for longer than the timeout', async () => {
    await using subject = await openOverFakeS3()
    const { s3 } = subject
    const store = subject.impatient(100)
    const id = newBlobId()
    await subject.store.put(id, streamOf(patternBytes(mebibyte)), anySize, signal)
    for (const on of [
      'PutObject',
      'GetObject',
      'DeleteObject',
      'HeadBucket',
      'ListObjectsV2',
    ] as const) {
      s3.fail({ on, what: { kind: 'hang' }, times: 3 })
    }
    const failures = await Promise.all([
      failureOf(store.put(newBlobId(), streamOf(patternBytes(1)), anySize, signal)),
      failureOf(store.get(id, signal)),
      failureOf(store.check(signal)),
      failureOf(listedBy({ store })),
    ])
    for (const { code, message } of failures) {
      expect([code, message]).toEqual([
        'unusable',
        'Cannot reach attachment storage: no answer within 100 ms',
      ])
    }
  })

  test('give up at once when the signal aborts', async () => {
    await using subject = await openOverFakeS3()
    const { s3, store } = subject
    const abort = new AbortController()
    for (const on of [
      'PutObject',
      'GetObject',
      'DeleteObject',
      'HeadBucket',
      'ListObjectsV2',
    ] as const) {
      s3.fail({ on, what: { kind: 'hang' } })
    }
    const put = store.put(newBlobId(), streamOf(patternBytes(1)), anySize, abort.signal)
    const others = Promise.allSettled([
      store.get(newBlobId(), abort.signal),
      store.remove(newBlobId(), abort.signal),
      store.check(abort.signal),
      store.list(abort.signal)[Symbol.asyncIterator]().next(),
    ])
    await waitFor(() => s3.log.length === 5)
    abort.abort(new Error('The caller left'))
    expect(await put).toEqual({ kind: 'broken' })
    for (const outcome of await others) {
      expect(outcome.status === 'rejected' && String(outcome.reason)).toBe('Error: The caller left')
    }
  })

  test.each(['half-then-drop', 'half-then-silence'] as const)(
    'end in an error when a download stops half way: %s',
    async (kind) => {
      await using subject = await openOverFakeS3()
      const id = newBlobId()
      await subject.store.put(id, streamOf(patternBytes(mebibyte)), anySize, signal)
      subject.s3.fail({ on: 'GetObject', what: { kind } })
      const found = await subject.impatient(1000).get(id, signal)
      expect(found?.bytes).toBe(mebibyte)
      expect(found && (await failureOf(readToEnd(found.content))).code).toBe('unusable')
    },
  )

  test('do not count the pauses of a slow reader as silence of S3', async () => {
    await using subject = await openOverFakeS3()
    const id = newBlobId()
    await subject.store.put(id, streamOf(patternBytes(4 * mebibyte)), anySize, signal)
    const reader = (await subject.impatient(1000).get(id, signal))?.content.getReader()
    let bytes = 0
    for (let reads = 0; ; reads++) {
      const next = await reader?.read()
      if (next === undefined || next.done) break
      bytes += next.value.length
      if (reads === 0) await new Promise((resolve) => setTimeout(resolve, 1500))
    }
    expect(bytes).toBe(4 * mebibyte)
  })
})
