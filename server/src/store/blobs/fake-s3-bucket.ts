/**
 * @module What the fake S3 holds and does once a request has passed: each operation as the S3 API reference describes it,
 * as far as the relay uses it.
 */
import { createHash } from 'node:crypto'

export type Operation =
  | 'HeadBucket'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  | 'PutObject'
  | 'GetObject'
  | 'HeadObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'

export interface FakeObject {
  readonly bytes: Uint8Array
  readonly atMillis: number
}

export interface FakeUpload {
  readonly key: string
  readonly atMillis: number
  readonly parts: Map<number, Uint8Array>
}

export interface Asked {
  readonly operation: Operation
  readonly key: string
  readonly query: URLSearchParams
  readonly body: Uint8Array
}

export interface Answer {
  readonly status: number
  readonly body?: Uint8Array | string
  readonly headers?: Readonly<Record<string, string>>
}

const minPartBytes = 5 * 1024 * 1024

export function createFakeBucket({
  nowMillis,
  pageSize,
}: {
  readonly nowMillis: () => number
  readonly pageSize: number
}) {
  const objects = new Map<string, FakeObject>()
  const uploads = new Map<string, FakeUpload>()
  let nextUpload = 1

  const operations: Readonly<Record<Operation, (asked: Asked) => Answer>> = {
    HeadBucket: () => ({ status: 200 }),
    PutObject: ({ key, body }) => {
      objects.set(key, { bytes: body, atMillis: nowMillis() })
      return { status: 200, headers: { etag: etagOf(body) } }
    },
    GetObject: ({ key }) => found(objects.get(key), (object) => object.bytes),
    HeadObject: ({ key }) => found(objects.get(key), (object) => object.bytes),
    DeleteObject: ({ key }) => {
      objects.delete(key)
      return { status: 204 }
    },
    ListObjectsV2: ({ query }) => {
      const after = query.get('continuation-token') ?? ''
      const waiting = [...objects]
        .filter(([key]) => key.startsWith(query.get('prefix') ?? '') && key > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
      const page = waiting.slice(0, pageSize)
      const last = page.at(-1)?.[0] ?? ''
      const contents = page.map(
        ([key, { atMillis, bytes }]) =>
          `<Contents><Key>${key}</Key><LastModified>${isoTime(atMillis)}</LastModified>` +
          `<ETag>&quot;x&quot;</ETag><Size>${bytes.length}</Size></Contents>`,
      )
      const isTruncated = waiting.length > page.length
      return xml(
        'ListBucketResult',
        `<IsTruncated>${isTruncated}</IsTruncated>${contents.join('')}` +
          (isTruncated ? `<NextContinuationToken>${last}</NextContinuationToken>` : ''),
      )
    },
    CreateMultipartUpload: ({ key }) => {
      const uploadId = `upload-${String(nextUpload++).padStart(6, '0')}`
      uploads.set(uploadId, { key, atMillis: nowMillis(), parts: new Map() })
      return xml('InitiateMultipartUploadResult', `<UploadId>${uploadId}</UploadId>`)
    },
    UploadPart: ({ query, body }) => {
      const upload = uploads.get(query.get('uploadId') ?? '')
      if (upload === undefined) return refuse(404, 'NoSuchUpload')
      upload.parts.set(Number(query.get('partNumber')), body)
      return { status: 200, headers: { etag: etagOf(body) } }
    },
    CompleteMultipartUpload: ({ key, query, body }) => {
      const uploadId = query.get('uploadId') ?? ''
      const upload = uploads.get(uploadId)
      if (upload === undefined || upload.key !== key) return refuse(404, 'NoSuchUpload')
      const named = [
        ...Buffer.from(body)
          .toString()
          .matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>([^<]+)<\/ETag>/g),
      ]
      const parts: Uint8Array[] = []
      for (const [i, [, number, etag]] of named.entries()) {
        const part = upload.parts.get(Number(number))
        if (part === undefined || etagOf(part) !== etag) return refuse(400, 'InvalidPart')
        if (Number(number) !== i + 1) return refuse(400, 'InvalidPartOrder')
        if (i < named.length - 1 && part.length < minPartBytes) return refuse(400, 'EntityTooSmall')
        parts.push(part)
      }
      if (parts.length === 0) return refuse(400, 'MalformedXML')
      uploads.delete(uploadId)
      objects.set(key, { bytes: Buffer.concat(parts), atMillis: upload.atMillis })
      return xml('CompleteMultipartUploadResult', `<Key>${key}</Key><ETag>&quot;x-1&quot;</ETag>`)
    },
    AbortMultipartUpload: ({ query }) =>
      uploads.delete(query.get('uploadId') ?? '') ? { status: 204 } : refuse(404, 'NoSuchUpload'),
    ListMultipartUploads: ({ query }) => {
      const after = query.get('upload-id-marker') ?? ''
      const waiting = [...uploads]
        .filter(([id, { key }]) => key.startsWith(query.get('prefix') ?? '') && id > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
      const page = waiting.slice(0, pageSize)
      const list = page.map(
        ([id, { key, atMillis }]) =>
          `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${isoTime(atMillis)}</Initiated></Upload>`,
      )
      const last = page.at(-1)
      return xml(
        'ListMultipartUploadsResult',
        `<IsTruncated>${waiting.length > page.length}</IsTruncated>${list.join('')}` +
          `<NextKeyMarker>${last?.[1].key ?? ''}</NextKeyMarker>` +
          `<NextUploadIdMarker>${last?.[0] ?? ''}</NextUploadIdMarker>`,
      )
    },
  }

  return { objects, uploads, perform: (asked: Asked) => operations[asked.operation](asked) }
}

function found<T>(object: T | undefined, bytesOf: (object: T) => Uint8Array): Answer {
  if (object === undefined) return refuse(404, 'NoSuchKey')
  const body = bytesOf(object)
  return { status: 200, body, headers: { etag: etagOf(body) } }
}

function xml(root: string, inside: string): Answer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><${root}>${inside}</${root}>`
  return { status: 200, body, headers: { 'content-type': 'application/xml' } }
}

/** S3 tells the access key in some of its refusals: nothing of a refusal's text may be passed on. */
export function refuse(status: number, code: string): Answer {
  const body = `<Error><Code>${code}</Code><Message>Refused</Message><AWSAccessKeyId>AKIDEXAMPLE</AWSAccessKeyId></Error>`
  const type = { 'content-type': 'application/xml' }
  const isRedirect = status >= 300 && status < 400
  return { status, body, headers: isRedirect ? { ...type, location: '/elsewhere/object' } : type }
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`
}

function isoTime(atMillis: number): string {
  return new Date(atMillis).toISOString()
}
