/**
 * @module Attachments in a bucket of S3 or of what speaks like it, one object each: `<prefix><uuid>`.
 *
 * The signer and the requests are ours: a client has to honour an abort signal in every request, sign the payload, and
 * behave alike on both runtimes. The bucket must exist. Relays with different databases must not share a prefix, or
 * each sweeps away what the other stored.
 */
import { formatUuid, parseUuid, type BlobId } from '@sotto/wire'
import type { BlobStore, PutBounds, PutOutcome, StoredBlob } from '#store/blobs/blobs.ts'
import { bucketUrl, type S3Place } from '#store/blobs/s3-address.ts'
import { S3Failure, S3Requests, type S3Request } from '#store/blobs/s3-requests.ts'
import { S3Upload } from '#store/blobs/s3-upload.ts'
import { elements, text } from '#store/blobs/s3-xml.ts'
import { WorkInHand } from '#store/blobs/work-in-hand.ts'

export interface S3BlobsOptions extends S3Place {
  readonly accessKey: string
  readonly secretKey: string
  /** Stands before each object's name: 'attachments/'. The sweep of orphans looks at nothing else. */
  readonly prefix: string
  readonly nowMillis: () => number
  /** How long S3 may stay silent. 30 s by default. */
  readonly timeoutMillis?: number
  /** The pause before a request is repeated for the first time. 200 ms by default. */
  readonly retryDelayMillis?: number
}

const attempts = 3
const cleanUpMillis = 10_000

/** Throws a TypeError for options that cannot be right; asks nothing: see `check`. */
export function openS3Blobs(options: S3BlobsOptions): BlobStore {
  const { accessKey, secretKey } = options
  if (!/^[\x21-\x7e]+$/.test(accessKey) || !/^[\x21-\x7e]+$/.test(secretKey)) {
    throw new TypeError('Cannot use storage keys: required are both, without spaces')
  }
  if (!/^[\w./-]{0,256}$/.test(options.prefix) || options.prefix.startsWith('/')) {
    throw new TypeError(
      `Cannot use storage prefix '${options.prefix}': required are letters, digits, '.', '_', '-' and, not first, '/'`,
    )
  }
  const requests = new S3Requests({
    bucketUrl: bucketUrl(options),
    region: options.region,
    credentials: { accessKey, secretKey },
    nowMillis: options.nowMillis,
    timeoutMillis: options.timeoutMillis ?? 30_000,
    retryDelayMillis: options.retryDelayMillis ?? 200,
  })
  return new S3Blobs(requests, options.prefix)
}

class S3Blobs implements BlobStore {
  readonly #requests: S3Requests
  readonly #prefix: string
  readonly #work = new WorkInHand()
  readonly #running = new Set<string>()

  constructor(requests: S3Requests, prefix: string) {
    this.#requests = requests
    this.#prefix = prefix
  }

  async put(
    id: BlobId,
    content: ReadableStream<Uint8Array>,
    bounds: PutBounds,
    signal: AbortSignal,
  ): Promise<PutOutcome> {
    try {
      return await this.#work.run(signal, (stop) =>
        new S3Upload(this.#requests, this.#keyOf(id), this.#running, cleanUpMillis).put(
          content,
          bounds,
          stop,
        ),
      )
    } finally {
      if (!content.locked) void content.cancel().catch(() => undefined)
    }
  }

  async get(id: BlobId, signal: AbortSignal): Promise<StoredBlob | undefined> {
    const request: S3Request = { method: 'GET', key: this.#keyOf(id), attempts }
    try {
      return await this.#requests.stream(request, this.#work.joined(signal))
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  remove(id: BlobId, signal: AbortSignal): Promise<void> {
    return this.#work.run(signal, (stop) =>
      this.#delete({ method: 'DELETE', key: this.#keyOf(id), attempts }, stop),
    )
  }

  async #delete(request: S3Request, signal: AbortSignal): Promise<void> {
    try {
      await this.#requests.ask(request, signal)
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }

  async *list(signal: AbortSignal) {
    const pages = this.#pages(
      { 'list-type': '2', prefix: this.#prefix },
      (page) => ({ 'continuation-token': text(page, 'NextContinuationToken') ?? '' }),
      this.#work.joined(signal),
    )
    for await (const page of pages) {
      for (const object of elements(page, 'Contents')) {
        const id = this.#idOf(text(object, 'Key') ?? '')
        const storedAtMillis = Date.parse(text(object, 'LastModified') ?? '')
        if (id !== undefined && !Number.isNaN(storedAtMillis)) yield { id, storedAtMillis }
      }
    }
  }

  removeUnfinished(beforeMillis: number, signal: AbortSignal): Promise<number> {
    return this.#work.run(signal, async (stop) => {
      const pages = this.#pages(
        { uploads: '', prefix: this.#prefix },
        (page) => ({
          'key-marker': text(page, 'NextKeyMarker') ?? '',
          'upload-id-marker': text(page, 'NextUploadIdMarker') ?? '',
        }),
        stop,
      )
      let removed = 0
      for await (const page of endIfUnknown(pages)) {
        for (const upload of elements(page, 'Upload')) {
          const key = text(upload, 'Key') ?? ''
          const uploadId = text(upload, 'UploadId') ?? ''
          const isOld = Date.parse(text(upload, 'Initiated') ?? '') < beforeMillis
          if (!isOld || this.#idOf(key) === undefined || this.#running.has(uploadId)) continue
          await this.#delete({ method: 'DELETE', key, query: { uploadId }, attempts }, stop)
          removed++
        }
      }
      return removed
    })
  }

  /** Pages of a list, in `next`'s words for where the following one begins. */
  async *#pages(
    query: Readonly<Record<string, string>>,
    next: (page: string) => Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncGenerator<string> {
    let from: Readonly<Record<string, string>> = {}
    for (;;) {
      const request: S3Request = { method: 'GET', query: { ...query, ...from }, attempts }
      const page = (await this.#requests.ask(request, signal)).body
      yield page
      if (text(page, 'IsTruncated') !== 'true') return
      const following = next(page)
      if (JSON.stringify(following) === JSON.stringify(from) || !Object.values(following)[0]) {
        throw new S3Failure('unusable', 'Cannot list attachments: storage repeats a page')
      }
      from = following
    }
  }

  async check(signal: AbortSignal): Promise<void> {
    await this.#requests.ask({ method: 'HEAD', attempts: 1 }, this.#work.joined(signal))
  }

  #keyOf(id: BlobId): string {
    return this.#prefix + formatUuid(id)
  }

  #idOf(key: string): BlobId | undefined {
    if (!key.startsWith(this.#prefix)) return undefined
    const name = key.slice(this.#prefix.length)
    const id = parseUuid(name) as BlobId | undefined
    return id !== undefined && formatUuid(id) === name ? id : undefined
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#work.close()
  }
}

/** The object or upload is not there. A missing bucket is another matter: nothing can be said about its contents. */
function isMissing(error: unknown): boolean {
  return error instanceof S3Failure && error.status === 404 && error.reason !== 'NoSuchBucket'
}

/** Some that speak S3 know no list of uploads; they remove old ones themselves. */
async function* endIfUnknown(pages: AsyncIterable<string>): AsyncGenerator<string> {
  try {
    yield* pages
  } catch (error) {
    if (error instanceof S3Failure && (error.status === 501 || error.status === 405)) return
    throw error
  }
}
