/**
 * @module An S3 for tests, in this process and in memory: strict where S3 is strict (signature, payload hash, length,
 * smallest part), and failing on demand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import {
  createFakeBucket,
  refuse,
  type Answer,
  type Asked,
  type FakeObject,
  type FakeUpload,
  type Operation,
} from '#store/blobs/fake-s3-bucket.ts'
import { signatureFault } from '#store/blobs/fake-s3-signature.ts'

export interface FakeS3Options {
  readonly bucket: string
  readonly region: string
  readonly accessKey: string
  readonly secretKey: string
  readonly nowMillis: () => number
  /** Objects and uploads on one page of a list. */
  readonly pageSize?: number
}

export interface Fault {
  /** The operation that it strikes: the name in S3's API reference, such as 'PutObject'. */
  readonly on: Operation
  /** Only requests for this key. */
  readonly key?: string
  /** How many times. 1 by default. */
  readonly times?: number
  readonly what:
    | { readonly kind: 'answer'; readonly status: number; readonly code: string }
    /** An answer of 200 with an error in its body. */
    | { readonly kind: 'late-error'; readonly code: string }
    /** Never answers. */
    | { readonly kind: 'hang' }
    /** Closes the connection instead of answering; the request has no effect. */
    | { readonly kind: 'drop' }
    /** Does what was asked, then closes the connection instead of answering. */
    | { readonly kind: 'lose-answer' }
    /** Sends half of the body, then closes the connection or falls silent. */
    | { readonly kind: 'half-then-drop' }
    | { readonly kind: 'half-then-silence' }
    | { readonly kind: 'slow'; readonly millis: number }
}

export interface FakeS3 extends AsyncDisposable {
  readonly endpoint: string
  readonly objects: Map<string, FakeObject>
  readonly uploads: Map<string, FakeUpload>
  /** What was asked, in order, refused requests included. */
  readonly log: readonly Operation[]
  /** The largest body that came in one request. */
  readonly largestBodyBytes: () => number
  fail(fault: Fault): void
}

export async function startFakeS3(options: FakeS3Options): Promise<FakeS3> {
  const { bucket, nowMillis, pageSize = 1000 } = options
  const { objects, uploads, perform } = createFakeBucket({ nowMillis, pageSize })
  const log: Operation[] = []
  const faults: { fault: Fault; left: number }[] = []
  let largestBodyBytes = 0

  const server = createServer((request, response) => {
    void serve(request, response).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('Fake S3 has no port')

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake')
    const inHost = request.headers.host?.startsWith(`${bucket}.`) === true
    const path = decodeURIComponent(url.pathname).slice(1)
    const [named, ...rest] = inHost ? [bucket, path] : path.split('/')
    const key = rest.join('/')
    const body = await readBody(request)
    largestBodyBytes = Math.max(largestBodyBytes, body.length)

    const operation = operationOf(request.method ?? '', key, url.searchParams)
    if (operation === undefined) return send(response, refuse(405, 'MethodNotAllowed'))
    log.push(operation)
    const struck = faults.find(
      ({ fault, left }) => fault.on === operation && left > 0 && (fault.key ?? key) === key,
    )
    if (struck !== undefined) struck.left--
    const what = struck?.fault.what

    if (what?.kind === 'hang') return
    if (what?.kind === 'drop') return void request.socket.destroy()
    if (what?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, what.millis))
    if (what?.kind === 'answer') return send(response, refuse(what.status, what.code))
    if (what?.kind === 'late-error') return send(response, { ...refuse(200, what.code) })

    const answer = decide(request, named ?? '', { operation, key, query: url.searchParams, body })
    if (what?.kind === 'lose-answer') return void request.socket.destroy()
    if (what?.kind === 'half-then-drop' || what?.kind === 'half-then-silence') {
      const whole = answer.body instanceof Uint8Array ? answer.body : new Uint8Array()
      response.writeHead(answer.status, { 'content-length': whole.length, ...answer.headers })
      response.write(whole.subarray(0, whole.length / 2))
      if (what.kind === 'half-then-drop') setTimeout(() => request.socket.destroy(), 20)
      return
    }
    send(response, answer)
  }

  function decide(request: IncomingMessage, named: string, asked: Asked): Answer {
    const isWrite = request.method === 'PUT' || request.method === 'POST'
    if (isWrite && request.headers['content-length'] === undefined) {
      return refuse(411, 'MissingContentLength')
    }
    const wrong = signatureFault(request, asked.body, { ...options, nowMillis: nowMillis() })
    if (wrong !== undefined) return refuse(wrong === 'XAmzContentSHA256Mismatch' ? 400 : 403, wrong)
    if (named !== bucket) return refuse(404, 'NoSuchBucket')
    return perform(asked)
  }

  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    objects,
    uploads,
    log,
    largestBodyBytes: () => largestBodyBytes,
    fail(fault) {
      faults.push({ fault, left: fault.times ?? 1 })
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
}

function operationOf(method: string, key: string, query: URLSearchParams): Operation | undefined {
  if (key === '') {
    if (method === 'HEAD') return 'HeadBucket'
    if (method !== 'GET') return undefined
    return query.has('uploads') ? 'ListMultipartUploads' : 'ListObjectsV2'
  }
  const isMultipart = query.has('uploadId')
  switch (method) {
    case 'GET':
      return 'GetObject'
    case 'HEAD':
      return 'HeadObject'
    case 'PUT':
      return isMultipart ? 'UploadPart' : 'PutObject'
    case 'DELETE':
      return isMultipart ? 'AbortMultipartUpload' : 'DeleteObject'
    case 'POST':
      return isMultipart ? 'CompleteMultipartUpload' : 'CreateMultipartUpload'
    default:
      return undefined
  }
}

async function readBody(request: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

function send(response: ServerResponse, { status, body = '', headers }: Answer): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  response.writeHead(status, { 'content-length': bytes.length, ...headers })
  response.end(bytes)
}
