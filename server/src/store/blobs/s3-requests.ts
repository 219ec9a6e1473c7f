/**
 * @module One request to S3: signed, bounded in time, repeated where repeating is harmless, and its failure turned into
 * a StoreError that names neither credentials nor the attachment.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { canonicalQuery, encodePath, sha256Hex, signedHeaders } from '#store/blobs/sigv4.ts'
import type { S3Credentials } from '#store/blobs/sigv4.ts'
import { text } from '#store/blobs/s3-xml.ts'
import { StoreError, type StoreErrorCode } from '#store/store.ts'

export interface S3RequestsOptions {
  /** The bucket's own address: see s3-address.ts. */
  readonly bucketUrl: URL
  readonly region: string
  readonly credentials: S3Credentials
  readonly nowMillis: () => number
  /** How long S3 may take to answer a request, and to send the next bytes of a body. */
  readonly timeoutMillis: number
  /** The pause before the first repetition; it doubles with each. */
  readonly retryDelayMillis: number
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE'
  /** Undefined asks about the bucket. */
  readonly key?: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: Uint8Array<ArrayBuffer>
  /** How often it may be sent in all. Above 1 only what changes nothing the second time. */
  readonly attempts: number
}

export interface S3Answer {
  readonly headers: Headers
  readonly body: string
}

/** S3 refused, failed or did not answer. */
export class S3Failure extends StoreError {
  /** 0 when there was no answer. */
  readonly status: number
  /** S3's own word, such as 'NoSuchKey'; empty when it gave none. */
  readonly reason: string

  constructor(code: StoreErrorCode, message: string, status = 0, reason = '') {
    super(code, message)
    this.status = status
    this.reason = reason
  }
}

const maxTextBytes = 4 * 1024 * 1024

export class S3Requests {
  readonly #options: S3RequestsOptions

  constructor(options: S3RequestsOptions) {
    this.#options = options
  }

  /** Asks and reads the whole answer: receipts and pages of lists. */
  ask(request: S3Request, signal: AbortSignal): Promise<S3Answer> {
    return this.#repeat(request, signal, async () => {
      await using watch = new Watchdog(this.#options.timeoutMillis, signal)
      const response = await this.#send(request, watch)
      return { headers: response.headers, body: await watch.during(readText(response)) }
    })
  }

  /** Asks for bytes and hands them out while they come. */
  stream(
    request: S3Request,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly content: ReadableStream<Uint8Array> }> {
    return this.#repeat(request, signal, async () => {
      const watch = new Watchdog(this.#options.timeoutMillis, signal)
      try {
        const response = await this.#send(request, watch)
        const length = response.headers.get('content-length')
        if (length === null || !/^\d{1,15}$/.test(length)) {
          throw new S3Failure('unusable', 'Cannot read attachment: storage tells no length')
        }
        return { bytes: Number(length), content: pass(response, Number(length), watch) }
      } catch (error) {
        await watch[Symbol.asyncDispose]()
        throw error
      }
    })
  }

  async #repeat<T>(request: S3Request, signal: AbortSignal, once: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted()
      try {
        return await once()
      } catch (error) {
        signal.throwIfAborted()
        if (attempt >= request.attempts || !mayPass(error)) throw error
      }
      await sleep(this.#options.retryDelayMillis * 2 ** (attempt - 1), undefined, { signal })
    }
  }

  async #send(request: S3Request, watch: Watchdog): Promise<Response> {
    const { bucketUrl, region, credentials, nowMillis } = this.#options
    const url = new URL(bucketUrl)
    if (request.key !== undefined) {
      url.pathname = `${url.pathname.replace(/\/$/, '')}/${encodePath(request.key)}`
    }
    url.search = canonicalQuery(request.query ?? {})
    const headers = signedHeaders(
      {
        method: request.method,
        url,
        headers: request.body === undefined ? {} : { 'content-type': 'application/octet-stream' },
        payloadHash: sha256Hex(request.body ?? ''),
        region,
        atMillis: nowMillis(),
      },
      credentials,
    )
    const response = await watch.during(
      fetch(url, {
        method: request.method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        body: request.body ?? null,
        // A signature is good for one host: following a redirect would send it elsewhere.
        redirect: 'manual',
        signal: watch.signal,
      }),
    )
    if (response.ok) return response
    throw refusal(response.status, await watch.during(readText(response)))
  }
}

function refusal(status: number, body: string): S3Failure {
  const word = text(body, 'Code') ?? ''
  const reason = /^\w{1,64}$/.test(word) ? word : ''
  const code = status === 507 ? 'disk-full' : status === 503 || status === 429 ? 'busy' : 'unusable'
  const answer = reason === '' ? String(status) : `${status} ${reason}`
  return new S3Failure(code, `Cannot use attachment storage: it answers ${answer}`, status, reason)
}

/** True for what may be gone a moment later. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof S3Failure)) return false
  return error.status === 0 || error.status === 429 || error.status >= 500
}

async function readText(response: Response): Promise<string> {
  const content: ReadableStream<Uint8Array> | null = response.body
  if (content === null) return ''
  const reader = content.getReader()
  const decoder = new TextDecoder()
  let bytes = 0
  let body = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return body + decoder.decode()
    bytes += value.length
    if (bytes > maxTextBytes) {
      await reader.cancel()
      throw new S3Failure(
        'unusable',
        `Cannot use attachment storage: its answer has more than ${maxTextBytes} bytes`,
      )
    }
    body += decoder.decode(value, { stream: true })
  }
}

/** The body as it comes, with S3's silence bounded and the reader's own pauses not counted. */
function pass(response: Response, bytes: number, watch: Watchdog): ReadableStream<Uint8Array> {
  const content: ReadableStream<Uint8Array> | null = response.body
  const reader = content?.getReader()
  let passed = 0
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = reader === undefined ? undefined : await watch.during(reader.read())
          if (next !== undefined && !next.done) {
            passed += next.value.length
            if (passed <= bytes) return controller.enqueue(next.value)
          }
          if (passed !== bytes) {
            throw new S3Failure(
              'unusable',
              `Cannot read attachment: storage sent ${passed} of ${bytes} bytes`,
            )
          }
          await watch[Symbol.asyncDispose]()
          controller.close()
        } catch (error) {
          await watch[Symbol.asyncDispose]()
          controller.error(error)
        }
      },
      cancel: () => watch[Symbol.asyncDispose](),
    },
    { highWaterMark: 0 },
  )
}

/** Bounds each wait for S3, and ends the request when it is disposed. */
class Watchdog implements AsyncDisposable {
  readonly signal: AbortSignal
  readonly #caller: AbortSignal
  readonly #timeoutMillis: number
  readonly #stop = new AbortController()

  constructor(timeoutMillis: number, caller: AbortSignal) {
    this.#timeoutMillis = timeoutMillis
    this.#caller = caller
    this.signal = AbortSignal.any([caller, this.#stop.signal])
  }

  /** Waits, no longer than allowed. What fails on the way is given a name that may be logged. */
  async during<T>(step: Promise<T>): Promise<T> {
    let timedOut = false
    const timer = setTimeout(() => {
      timedOut = true
      this.#stop.abort()
    }, this.#timeoutMillis)
    try {
      return await step
    } catch (error) {
      if (this.#caller.aborted) throw this.#caller.reason
      if (error instanceof StoreError) throw error
      throw new S3Failure(
        'unusable',
        timedOut
          ? `Cannot reach attachment storage: no answer within ${this.#timeoutMillis} ms`
          : `Cannot reach attachment storage: ${networkCode(error)}`,
      )
    } finally {
      clearTimeout(timer)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
  }
}

/** Only the code: runtimes put the address, and so the attachment's id, in the rest. */
function networkCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string' && /^\w{1,64}$/.test(at.code)) return at.code
  }
  return 'connection failed'
}
