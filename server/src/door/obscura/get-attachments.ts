/**
 * @module GET /v1/attachments/{id}: gives an attachment's bytes to any user who knows its id, until it expires. An id
 * that never was, one that expired and one whose bytes are lost look the same.
 */
import { formatUuid, parseUuid, type BlobId } from '@sotto/wire'
import type { Route } from '#door/route.ts'
import { failure } from '#door/obscura/replies.ts'
import { errorResponse } from '#door/obscura/schemas.ts'
import { download, isKnown, type DownloadDeps } from '#relay/attachments/download.ts'
import { DamagedBlobError, type StoredBlob } from '#store/blobs/blobs.ts'
import { StoreError } from '#store/store.ts'
import type { Events } from '#watch/events.ts'

export interface GetAttachmentsDeps extends DownloadDeps {
  readonly events: Pick<
    Events,
    'attachmentServed' | 'attachmentRefused' | 'recordsDamaged' | 'storeFailed'
  >
}

/**
 * Up to this size a body goes in one piece. Bun frames a stream in chunks and takes its Content-Length away; in one
 * piece it keeps it, and a failing storage is still answered with a status.
 */
const onePieceBytes = 256 * 1024

export function createGetAttachments(deps: GetAttachmentsDeps): Route {
  const { events } = deps
  return {
    method: 'GET',
    path: '/v1/attachments/{id}',
    summary: 'Download attachment',
    tag: 'Attachments',
    access: 'bearer',
    scope: 'attachments',
    tier: 'standard',
    parameters: [
      { name: 'id', in: 'path', format: 'uuid', description: 'From the answer to the upload' },
    ],
    responses: {
      200: {
        description: 'The bytes as they were uploaded',
        bytes: 'application/octet-stream',
        headers: { ETag: 'The id in quotes: content never changes' },
      },
      304: { description: 'If-None-Match names this attachment, and it is still there' },
      400: { description: 'Not an attachment id', json: errorResponse },
      404: { description: 'Unknown or expired', json: errorResponse },
    },
    async handle({ request, params }) {
      const id = parseUuid(params['id'] ?? '') as BlobId | undefined
      if (id === undefined) return failure(400, 'Invalid attachment id')
      const headers = {
        etag: `"${formatUuid(id)}"`,
        // Kept by a browser or a proxy, the bytes would outlive their expiry and tell what was fetched.
        'cache-control': 'no-store',
      }
      const given = request.headers.get('if-none-match')
      if (given !== null && names(given, headers.etag) && (await isKnown(deps, id))) {
        events.attachmentServed()
        return new Response(null, { status: 304, headers })
      }
      try {
        const outcome = await download(deps, id, request.signal)
        if (outcome.kind !== 'found') {
          if (outcome.kind === 'bytes-missing') events.recordsDamaged('attachment', 1)
          events.attachmentRefused('unknown')
          return failure(404, 'Not found')
        }
        const body = await bodyOf(outcome.blob, events)
        events.attachmentServed()
        return new Response(body, {
          headers: {
            ...headers,
            'content-type': 'application/octet-stream',
            'content-length': String(outcome.blob.bytes),
            'x-content-type-options': 'nosniff',
          },
        })
      } catch (error) {
        if (!request.signal.aborted) throw error
        // The client left: nobody reads this answer, and nothing is wrong here.
        events.attachmentRefused('broken')
        return failure(400, 'Attachment download broke off')
      }
    },
  }
}

/** Weak comparison (RFC 9110 §8.8.3.2), as If-None-Match wants it (§13.1.2). */
function names(ifNoneMatch: string, etag: string): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || tags.includes('*')
}

async function bodyOf(
  { bytes, content }: StoredBlob,
  events: GetAttachmentsDeps['events'],
): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer>> {
  const reader = content.getReader()
  const read = async () => {
    try {
      return await reader.read()
    } catch (error) {
      if (error instanceof DamagedBlobError) events.recordsDamaged('attachment', 1)
      throw error
    }
  }
  if (bytes <= onePieceBytes) {
    const whole = new Uint8Array(bytes)
    for (let offset = 0; ;) {
      const { done, value } = await read()
      if (done) return whole
      whole.set(value, offset)
      offset += value.length
    }
  }
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await read()
          if (done) controller.close()
          else controller.enqueue(value)
        } catch (error) {
          // The status has gone out: the dispatcher cannot count it any more.
          if (error instanceof StoreError) events.storeFailed(error.code)
          controller.error(error)
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  )
}
