/**
 * @module POST /v2/attachments and GET /v2/attachments/{id}: attachments of nobody. Who knows the id, 122 random bits,
 * may have the bytes; who uploads says nothing of who they are.
 *
 * Both exist behind the gateway only. In front of it they would take an upload with an address on it, and a client that
 * mistook one way for the other would tell who it is without noticing.
 *
 * One piece fits into one sealed request. What is larger, a client cuts: so a large file looks like many small things.
 */
import { formatUuid, parseUuid, type AccountId, type BlobId } from '@sotto/wire'
import { readAnswer } from '#door/ohttp/read-answer.ts'
import type { Route } from '#door/route.ts'
import { readBody } from '#guard/body-limit.ts'
import type { Admission } from '#guard/rate-limit.ts'
import { retryAfterSeconds } from '#guard/retry-after.ts'
import { download, type DownloadDeps } from '#relay/attachments/download.ts'
import { createUpload, type UploadDeps, type UploadOutcome } from '#relay/attachments/upload.ts'
import { DamagedBlobError } from '#store/blobs/blobs.ts'
import { StoreError } from '#store/store.ts'
import type { Events } from '#watch/events.ts'

export interface AnonymousAttachmentsDeps extends UploadDeps, DownloadDeps {
  readonly maxBytes: number
  readonly ttlMillis: number
  readonly requestTimeoutMillis: number
  /** How often, by everybody together. */
  readonly admit: () => Admission
  /** How much, by everybody together: takes so many bytes from what may still be kept. */
  readonly admitBytes: (bytes: number) => Admission
  readonly events: Pick<
    Events,
    'attachmentStored' | 'attachmentRefused' | 'attachmentServed' | 'recordsDamaged' | 'rateLimited'
  >
}

/** Whose uploads these are, for what counts uploads by account: nobody's. */
const nobody = new Uint8Array(16) as AccountId

const maxConcurrent = 64

const tag = 'Oblivious'

export function postAnonymousAttachment(deps: AnonymousAttachmentsDeps): Route {
  const { maxBytes, ttlMillis, requestTimeoutMillis, events } = deps
  const upload = createUpload(deps, {
    maxBytes,
    ttlMillis,
    maxConcurrent,
    maxConcurrentPerAccount: maxConcurrent,
    timeoutMillis: requestTimeoutMillis,
  })
  return {
    method: 'POST',
    path: '/v2/attachments',
    summary: 'Upload attachment without an account',
    tag,
    access: 'public',
    tier: 'none',
    accepts: { bytes: ['application/octet-stream'], description: 'Encrypted bytes, of any type' },
    responses: {
      201: { description: 'Attachment stored' },
      400: { description: 'The upload broke off' },
      408: { description: 'The upload took too long' },
      413: { description: 'Attachment too large' },
      429: { description: 'Too many uploads, or as much as may be kept' },
      503: { description: 'Too many uploads at the same time' },
    },
    async handle({ request }) {
      const often = deps.admit()
      if (!often.allowed) {
        events.rateLimited('standard')
        return busy(429, 'Too many uploads', often)
      }
      const body = await readBody(request, { maxBytes, timeoutMillis: requestTimeoutMillis })
      if (body.kind !== 'read') {
        events.attachmentRefused(body.kind)
        return reply(body)
      }
      const much = deps.admitBytes(Math.max(1, body.bytes.length))
      if (!much.allowed) {
        events.attachmentRefused('no-room')
        return busy(429, 'No room for attachments without an account', much)
      }
      const content = new Blob([new Uint8Array(body.bytes)]).stream()
      const attachment = { account: nobody, content, announcedBytes: body.bytes.length }
      let outcome: UploadOutcome
      try {
        outcome = await upload(attachment, request.signal)
      } catch (error) {
        if (error instanceof StoreError && error.code === 'disk-full') {
          events.attachmentRefused('no-room')
        }
        throw error
      }
      if (outcome.kind === 'stored') events.attachmentStored(outcome.bytes)
      else events.attachmentRefused(outcome.kind)
      return reply(outcome)
    },
  }
}

export function getAnonymousAttachment(deps: AnonymousAttachmentsDeps): Route {
  const { events, maxBytes } = deps
  return {
    method: 'GET',
    path: '/v2/attachments/{id}',
    summary: 'Download attachment without an account',
    tag,
    access: 'public',
    tier: 'none',
    parameters: [
      { name: 'id', in: 'path', format: 'uuid', description: 'From the answer to the upload' },
    ],
    responses: {
      200: { description: 'The bytes as they were uploaded', bytes: 'application/octet-stream' },
      400: { description: 'Not an attachment id' },
      404: { description: 'Unknown, expired, or too large for this way' },
    },
    async handle({ request, params }) {
      const id = parseUuid(params['id'] ?? '') as BlobId | undefined
      if (id === undefined) return failure(400, 'Invalid attachment id')
      const outcome = await download(deps, id, request.signal)
      if (outcome.kind === 'bytes-missing') events.recordsDamaged('attachment', 1)
      const content =
        outcome.kind === 'found'
          ? await contentOf(new Response(outcome.blob.content), maxBytes, events)
          : undefined
      if (content === undefined) {
        events.attachmentRefused('unknown')
        return failure(404, 'Not found')
      }
      events.attachmentServed()
      return new Response(content, {
        headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
      })
    },
  }
}

async function contentOf(
  stored: Response,
  maxBytes: number,
  events: AnonymousAttachmentsDeps['events'],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await readAnswer(stored, maxBytes)
  } catch (error) {
    if (error instanceof DamagedBlobError) events.recordsDamaged('attachment', 1)
    throw error
  }
}

function reply(outcome: UploadOutcome): Response {
  switch (outcome.kind) {
    case 'stored': {
      const { id, expiresAtMillis } = outcome
      return Response.json(
        { id: formatUuid(id), expiresAt: Math.floor(expiresAtMillis / 1000) },
        { status: 201, headers: { 'cache-control': 'no-store' } },
      )
    }
    case 'too-large':
      return failure(413, 'Attachment too large')
    case 'broken':
      return failure(400, 'Attachment upload broke off')
    case 'timeout':
      return failure(408, 'Attachment upload took too long')
    case 'busy':
      return failure(503, 'Too many uploads', { 'retry-after': '1' })
  }
}

function busy(status: number, error: string, admission: Admission): Response {
  const millis = admission.allowed ? 0 : admission.retryAfterMillis
  // More than may ever be kept has no time to come again at.
  const headers: Record<string, string> = Number.isFinite(millis)
    ? { 'retry-after': String(retryAfterSeconds(millis)) }
    : {}
  return failure(status, error, headers)
}

function failure(
  status: number,
  error: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return Response.json({ error }, { status, headers })
}
