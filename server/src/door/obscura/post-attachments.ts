/**
 * @module POST /v1/attachments: keeps bytes that the client has encrypted. They go to their place as they come; the
 * relay looks at neither content nor type, and remembers no owner.
 */
import { formatUuid } from '@sotto/wire'
import * as z from 'zod/mini'
import type { Route } from '#door/route.ts'
import { failure, json } from '#door/obscura/replies.ts'
import { errorResponse } from '#door/obscura/schemas.ts'
import type { Upload, UploadOutcome } from '#relay/attachments/upload.ts'
import { StoreError } from '#store/store.ts'
import type { Events } from '#watch/events.ts'

export interface PostAttachmentsDeps {
  readonly upload: Upload
  readonly events: Pick<Events, 'attachmentStored' | 'attachmentRefused'>
}

const attachmentResponse = z
  .object({
    id: z
      .uuid()
      .check(z.meta({ description: 'Whoever knows it and is logged in can fetch the bytes' })),
    expiresAt: z
      .int()
      .check(z.meta({ description: 'When the attachment is removed, UNIX seconds' })),
  })
  .check(z.meta({ id: 'AttachmentResponse' }))

export function createPostAttachments({ upload, events }: PostAttachmentsDeps): Route {
  return {
    method: 'POST',
    path: '/v1/attachments',
    summary: 'Upload attachment',
    description: 'With or without a Content-Length. Zero bytes are an attachment too.',
    tag: 'Attachments',
    access: 'bearer',
    scope: 'attachments',
    tier: 'standard',
    accepts: { bytes: ['application/octet-stream'], description: 'Encrypted bytes, of any type' },
    responses: {
      201: { description: 'Attachment stored', json: attachmentResponse },
      400: { description: 'Attachment too large, or the upload broke off', json: errorResponse },
      408: { description: 'The upload took too long', json: errorResponse },
      503: { description: 'Too many uploads at the same time', json: errorResponse },
    },
    async handle({ request, caller }) {
      const content = request.body ?? noBytes()
      const announcedBytes = announced(request.headers)
      const attachment = { account: caller.account, content, announcedBytes }
      let outcome: UploadOutcome
      try {
        outcome = await upload(attachment, request.signal)
      } catch (error) {
        const isFull = error instanceof StoreError && error.code === 'disk-full'
        if (isFull) events.attachmentRefused('no-room')
        throw error
      }
      if (outcome.kind === 'stored') events.attachmentStored(outcome.bytes)
      else events.attachmentRefused(outcome.kind)
      return reply(outcome)
    },
  }
}

function reply(outcome: UploadOutcome): Response {
  switch (outcome.kind) {
    case 'stored': {
      const { id, expiresAtMillis } = outcome
      const expiresAt = Math.floor(expiresAtMillis / 1000)
      return json(201, { id: formatUuid(id), expiresAt }, { 'cache-control': 'no-store' })
    }
    case 'too-large':
      return failure(400, 'Attachment too large')
    case 'broken':
      return failure(400, 'Attachment upload broke off')
    case 'timeout':
      return failure(408, 'Attachment upload took too long')
    case 'busy':
      return failure(503, 'Too many uploads', { 'retry-after': '1' })
  }
}

/** The HTTP parser has refused what is no number (RFC 9112 §6.3). */
function announced(headers: Headers): number | undefined {
  const length = headers.get('content-length')
  return length === null ? undefined : Number(length)
}

function noBytes(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() })
}
