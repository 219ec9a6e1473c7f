/**
 * @module One upload to S3. What fits in one part goes as one object; the rest as a multipart upload, with never more
 * than one part in memory and nothing visible before it is complete.
 */
import type { PutBounds, PutOutcome } from '#store/blobs/blobs.ts'
import { takeIn } from '#store/blobs/intake.ts'
import { S3Failure, type S3Requests } from '#store/blobs/s3-requests.ts'
import { escapeXml, text } from '#store/blobs/s3-xml.ts'

/** S3's smallest part but for the last, and its largest number of parts ("Multipart upload limits"). */
const minPartBytes = 5 * 1024 * 1024
const maxParts = 10_000

const attempts = 3

export class S3Upload {
  readonly #requests: S3Requests
  readonly #key: string
  readonly #running: Set<string>
  readonly #cleanUpMillis: number
  readonly #etags: string[] = []
  #uploadId: string | undefined
  /** True from when S3 was asked to make the object visible, whatever it answered. */
  #mayBeThere = false

  /** `running` holds the ids of the multipart uploads that this process is at work on. */
  constructor(requests: S3Requests, key: string, running: Set<string>, cleanUpMillis: number) {
    this.#requests = requests
    this.#key = key
    this.#running = running
    this.#cleanUpMillis = cleanUpMillis
  }

  async put(
    content: ReadableStream<Uint8Array>,
    bounds: PutBounds,
    signal: AbortSignal,
  ): Promise<PutOutcome> {
    let kept = false
    try {
      const part = new Part(Math.max(minPartBytes, Math.ceil(bounds.maxBytes / maxParts)), bounds)
      const intake = await takeIn(content, bounds, signal, async (chunk) => {
        for (let rest = chunk; rest.length > 0;) {
          // A full part waits until more comes: it may turn out to be the whole object.
          if (part.isFull) await this.#sendPart(part, signal)
          rest = part.fill(rest)
        }
      })
      if (intake.kind !== 'complete') return intake
      if (this.#uploadId === undefined) await this.#sendWhole(part, signal)
      else await this.#sendLast(part, intake.bytes, signal)
      kept = true
      return { kind: 'stored', bytes: intake.bytes }
    } catch (error) {
      if (signal.aborted) return { kind: 'broken' }
      throw error
    } finally {
      if (!kept) await this.#takeBack()
      if (this.#uploadId !== undefined) this.#running.delete(this.#uploadId)
    }
  }

  async #sendWhole(part: Part, signal: AbortSignal): Promise<void> {
    this.#mayBeThere = true
    await this.#requests.ask(
      { method: 'PUT', key: this.#key, body: part.bytes(), attempts },
      signal,
    )
  }

  async #sendPart(part: Part, signal: AbortSignal): Promise<void> {
    const uploadId = (this.#uploadId ??= await this.#begin(signal))
    const partNumber = String(this.#etags.length + 1)
    const { headers } = await this.#requests.ask(
      {
        method: 'PUT',
        key: this.#key,
        query: { partNumber, uploadId },
        body: part.bytes(),
        attempts,
      },
      signal,
    )
    const etag = headers.get('etag')
    if (etag === null) throw incomplete('part without ETag')
    this.#etags.push(etag)
    part.clear()
  }

  /** Repeating it may begin two: the one that nobody knows goes with the sweep of unfinished uploads. */
  async #begin(signal: AbortSignal): Promise<string> {
    const query = { uploads: '' }
    const answer = await this.#requests.ask(
      { method: 'POST', key: this.#key, query, attempts },
      signal,
    )
    const uploadId = text(answer.body, 'UploadId')
    if (uploadId === undefined || uploadId === '') throw incomplete('multipart upload without id')
    this.#running.add(uploadId)
    return uploadId
  }

  async #sendLast(part: Part, bytes: number, signal: AbortSignal): Promise<void> {
    await this.#sendPart(part, signal)
    const parts = this.#etags.map(
      (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${escapeXml(etag)}</ETag></Part>`,
    )
    const body = new TextEncoder().encode(
      `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`,
    )
    const query = { uploadId: this.#uploadId ?? '' }
    this.#mayBeThere = true
    try {
      const answer = await this.#requests.ask(
        { method: 'POST', key: this.#key, query, body, attempts },
        signal,
      )
      // S3 answers 200 before it is done, and may put an error in the body afterwards.
      if (text(answer.body, 'ETag') === undefined) {
        throw incomplete(text(answer.body, 'Code') ?? 'receipt without ETag')
      }
    } catch (error) {
      // The first answer was lost, and the repetition finds the upload gone because it is complete.
      const isGone = error instanceof S3Failure && error.reason === 'NoSuchUpload'
      if (!isGone || (await this.#storedBytes(signal)) !== bytes) throw error
    }
  }

  async #storedBytes(signal: AbortSignal): Promise<number> {
    const { headers } = await this.#requests.ask(
      { method: 'HEAD', key: this.#key, attempts },
      signal,
    )
    return Number(headers.get('content-length'))
  }

  /** Best effort, whatever became of the caller; what cannot be removed now goes with the sweeps. */
  async #takeBack(): Promise<void> {
    const signal = AbortSignal.timeout(this.#cleanUpMillis)
    const removals = [
      this.#uploadId === undefined ? undefined : { uploadId: this.#uploadId },
      this.#mayBeThere ? {} : undefined,
    ]
    for (const query of removals) {
      if (query === undefined) continue
      await this.#requests
        .ask({ method: 'DELETE', key: this.#key, query, attempts }, signal)
        .catch(() => undefined)
    }
  }
}

function incomplete(what: string): S3Failure {
  const safe = /^[\w ]{1,64}$/.test(what) ? what : 'unknown error'
  return new S3Failure('unusable', `Cannot store attachment: storage answers ${safe}`)
}

/** The bytes of one part. Grows with what comes, so that a small upload costs little. */
class Part {
  readonly #maxBytes: number
  #buffer: Uint8Array<ArrayBuffer>
  #length = 0

  constructor(maxBytes: number, bounds: PutBounds) {
    this.#maxBytes = maxBytes
    this.#buffer = new Uint8Array(Math.min(maxBytes, bounds.announcedBytes ?? 256 * 1024))
  }

  get isFull(): boolean {
    return this.#length === this.#maxBytes
  }

  /** Takes what fits and gives back the rest. */
  fill(chunk: Uint8Array): Uint8Array {
    const taken = chunk.subarray(0, this.#maxBytes - this.#length)
    const needed = this.#length + taken.length
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(
        Math.min(this.#maxBytes, Math.max(needed, 2 * this.#buffer.length)),
      )
      grown.set(this.#buffer.subarray(0, this.#length))
      this.#buffer = grown
    }
    this.#buffer.set(taken, this.#length)
    this.#length = needed
    return chunk.subarray(taken.length)
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length)
  }

  clear(): void {
    this.#length = 0
  }
}
