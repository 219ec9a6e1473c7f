/**
 * @module What tests of S3 stand on: a store over a fake S3 of its own, as patient as a busy machine needs.
 */
import { formatUuid } from '@sotto/wire'
import { startFakeS3, type FakeS3, type FakeS3Options, type Fault } from '#store/blobs/fake-s3.ts'
import type { Operation } from '#store/blobs/fake-s3-bucket.ts'
import { openS3Blobs, type S3BlobsOptions } from '#store/blobs/s3.ts'
import { StoreError } from '#store/store.ts'

export const signal = new AbortController().signal
export const mebibyte = 1024 * 1024
export const anySize = { maxBytes: 64 * mebibyte, announcedBytes: undefined }
export const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'
export const accessKey = 'AKIAIOSFODNN7EXAMPLE'

export interface S3Subject extends AsyncDisposable {
  readonly s3: FakeS3
  readonly store: ReturnType<typeof openS3Blobs>
  /** The same bucket for someone who waits this long and not longer. */
  readonly impatient: (timeoutMillis: number) => ReturnType<typeof openS3Blobs>
}

export async function openOverFakeS3(
  options: Partial<S3BlobsOptions> = {},
  fake: Partial<FakeS3Options> = {},
): Promise<S3Subject> {
  const place = { bucket: 'obscura-attachments', region: 'us-east-1', accessKey, secretKey }
  const s3 = await startFakeS3({ ...place, nowMillis: Date.now, ...fake })
  const whole = {
    ...place,
    endpoint: s3.endpoint,
    forcePathStyle: false,
    prefix: 'attachments/',
    nowMillis: Date.now,
    timeoutMillis: 10_000,
    retryDelayMillis: 1,
    ...options,
  }
  const store = openS3Blobs(whole)
  const stores = [store]
  return {
    s3,
    store,
    impatient(timeoutMillis) {
      const another = openS3Blobs({ ...whole, timeoutMillis })
      stores.push(another)
      return another
    },
    async [Symbol.asyncDispose]() {
      for (const each of stores) await each[Symbol.asyncDispose]()
      await s3[Symbol.asyncDispose]()
    },
  }
}

/** What a promise fails with, which must be a StoreError. */
export async function failureOf(failing: Promise<unknown>): Promise<StoreError> {
  const error = await failing.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof StoreError)) throw new Error(`Not a StoreError: ${String(error)}`)
  return error
}

/** A fault: S3 answers with this status and code. */
export function answer(on: Operation, status: number, code: string, times = 1): Fault {
  return { on, times, what: { kind: 'answer', status, code } }
}

/** The ids in the list, as texts, sorted. */
export async function listedBy({ store }: Pick<S3Subject, 'store'>): Promise<readonly string[]> {
  const listed = []
  for await (const { id } of store.list(signal)) listed.push(formatUuid(id))
  return listed.sort()
}
