/**
 * @module POST /v1/messages/{recipientId}: one sealed message for one user. Answered after it is on disk.
 *
 * A client that got no answer may send it again under the same `Idempotency-Key`: the message keeps its id, is stored
 * once while it waits, and is recognized for a while after it was fetched.
 */
import { createHash } from 'node:crypto'
import {
  decodeEncryptedMessage,
  markUuidV4,
  obscuraMaxBodyBytes,
  parseUuid,
  type AccountId,
  type EnvelopeId,
  type MailboxId,
} from '@sotto/wire'
import { readBody } from '#guard/body-limit.ts'
import type { ReplayGuard } from '#guard/replay.ts'
import type { Randomness } from '#relay/clock.ts'
import { deposit, type DepositDeps, type DepositPolicy } from '#relay/mailboxes/deposit.ts'
import type { Events } from '#watch/events.ts'
import { mailboxNamed } from '#door/obscura/address.ts'
import type { Route } from '#door/route.ts'
import { empty, failure } from '#door/obscura/replies.ts'
import { errorResponse } from '#door/obscura/schemas.ts'

export interface PostMessagesDeps extends DepositDeps {
  readonly policy: DepositPolicy
  readonly randomness: Randomness
  /** Ids of messages that came with a key and were stored a while ago. */
  readonly replay: ReplayGuard
  readonly requestTimeoutMillis: number
  readonly events: Pick<Events, 'messageStored' | 'messageRefused'>
}

export function postMessages(deps: PostMessagesDeps): Route {
  const { events, replay, clock } = deps
  return {
    method: 'POST',
    path: '/v1/messages/{recipientId}',
    summary: 'Send an encrypted message (push)',
    tag: 'Messaging',
    access: 'bearer',
    tier: 'standard',
    parameters: [
      { name: 'recipientId', in: 'path', format: 'uuid', description: 'The user who is to get it' },
    ],
    accepts: {
      bytes: ['application/x-protobuf', 'application/octet-stream'],
      description: 'Serialized `EncryptedMessage`',
      headers: {
        'Idempotency-Key':
          'Optional UUID of the client’s: the same key for the same recipient is the same message',
      },
    },
    responses: {
      201: { description: 'Message stored' },
      400: {
        description: 'Invalid protobuf, recipient id or idempotency key',
        json: errorResponse,
      },
      404: { description: 'Recipient not found', json: errorResponse },
      408: { description: 'The body did not arrive in time', json: errorResponse },
      413: { description: 'Body too large', json: errorResponse },
      507: { description: 'The recipient’s mailbox is full', json: errorResponse },
    },
    async handle({ request, params, caller }) {
      const mailbox = mailboxNamed(params['recipientId'] ?? '')
      if (mailbox === undefined) return failure(400, 'Invalid recipient id')
      const body = await readBody(request, {
        maxBytes: obscuraMaxBodyBytes,
        timeoutMillis: deps.requestTimeoutMillis,
      })
      if (body.kind !== 'read') return unreadable(body.kind)
      const message = decodeEncryptedMessage(body.bytes)
      if (message === undefined) return failure(400, 'Invalid EncryptedMessage protobuf')

      const key = request.headers.get('idempotency-key')
      const id = key === null ? drawId(deps.randomness) : idOfKey(key, caller.account, mailbox)
      if (id === undefined) return failure(400, 'Invalid Idempotency-Key: not a UUID')
      if (key !== null && replay.has(id, clock.now())) {
        events.messageRefused('duplicate')
        return empty(201)
      }
      const outcome = await deposit(
        deps,
        {
          mailbox,
          id,
          idMayRepeat: key !== null,
          kind: message.type,
          sender: caller.account,
          body: message.content,
        },
        deps.policy,
      )
      switch (outcome.kind) {
        case 'stored':
          if (key !== null) replay.add(id, clock.now())
          events.messageStored(outcome.evicted)
          return empty(201)
        case 'duplicate':
          events.messageRefused('duplicate')
          return empty(201)
        case 'mailbox-full':
          events.messageRefused('mailbox-full')
          return failure(507, 'Mailbox full', { 'retry-after': '60' })
        case 'unknown-mailbox':
          events.messageRefused('unknown-mailbox')
          return failure(404, 'Not found')
      }
    },
  }
}

function unreadable(kind: 'too-large' | 'broken' | 'timeout'): Response {
  switch (kind) {
    case 'too-large':
      return failure(413, `Body too large: ${obscuraMaxBodyBytes} bytes at most`)
    case 'timeout':
      return failure(408, 'Body did not arrive in time')
    case 'broken':
      return failure(400, 'Body broke off')
  }
}

function drawId(randomness: Randomness): EnvelopeId {
  return markUuidV4(randomness.bytes(16)) as EnvelopeId
}

/** The id that this sender's key gives a message to this mailbox. Without the key nobody can tell it beforehand. */
function idOfKey(key: string, sender: AccountId, mailbox: MailboxId): EnvelopeId | undefined {
  const keyBytes = parseUuid(key.trim())
  if (keyBytes === undefined) return undefined
  const digest = createHash('sha256')
    .update('sotto/obscura/idempotency/1')
    .update(sender)
    .update(mailbox)
    .update(keyBytes)
    .digest()
  return markUuidV4(new Uint8Array(digest.subarray(0, 16))) as EnvelopeId
}
