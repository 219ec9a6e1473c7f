/**
 * @module POST /v1/keys: refill one's keys, or take the account over with a new identity key.
 */
import type { Events } from '#watch/events.ts'
import type { Accounts } from '#relay/accounts/accounts.ts'
import { uploadPrekeys, type UploadDeps } from '#relay/prekeys/upload.ts'
import { mailboxOf } from '#door/obscura/address.ts'
import type { Route } from '#door/route.ts'
import { readJson } from '#door/obscura/read-json.ts'
import { empty, failure } from '#door/obscura/replies.ts'
import { errorResponse, preKeyUpload } from '#door/obscura/schemas.ts'

export interface PostKeysDeps extends UploadDeps {
  readonly accounts: Accounts
  readonly requestTimeoutMillis: number
  readonly events: Pick<Events, 'takenOver'>
}

export function postKeys(deps: PostKeysDeps): Route {
  return {
    method: 'POST',
    path: '/v1/keys',
    summary: 'Upload pre-keys or perform device takeover',
    description:
      'With an `identityKey` that differs from the stored one the account is taken over: old keys and pending messages are deleted, open sockets are closed, and the sessions of other devices end.',
    tag: 'Keys',
    access: 'bearer',
    tier: 'standard',
    accepts: { json: preKeyUpload },
    responses: {
      200: { description: 'Keys updated or takeover successful' },
      400: {
        description: 'Invalid key formats, invalid signature, or pre-key limit exceeded',
        json: errorResponse,
      },
      408: { description: 'The body did not arrive in time', json: errorResponse },
      409: { description: 'Other devices kept taking the account over', json: errorResponse },
      413: { description: 'Body too large', json: errorResponse },
      415: { description: 'Not JSON', json: errorResponse },
    },
    async handle({ request, caller }) {
      const parsed = await readJson(request, preKeyUpload, deps.requestTimeoutMillis)
      if (parsed.kind === 'refused') return parsed.response
      const { identityKey, registrationId, signedPreKey, oneTimePreKeys } = parsed.value
      const outcome = await uploadPrekeys(deps, {
        account: caller.account,
        mailbox: mailboxOf(caller.account),
        identityKey: identityKey ?? undefined,
        registrationId: registrationId ?? undefined,
        signed: signedPreKey,
        oneTime: oneTimePreKeys,
      })
      switch (outcome.kind) {
        case 'refilled':
          return empty(200)
        case 'taken-over':
          deps.events.takenOver()
          await deps.accounts.endOtherSessions(caller.account, caller.session)
          return empty(200)
        case 'duplicate-key-id':
          return failure(400, `Duplicate prekey ID: ${outcome.keyId}`)
        case 'no-identity':
          return failure(400, 'Identity key missing')
        case 'bad-signature':
          return failure(400, 'Invalid signature')
        case 'stale-signed-prekey':
          return failure(
            400,
            `Signed Pre-Key ID ${outcome.given} must be greater than current ID ${outcome.current}`,
          )
        case 'too-many':
          return failure(400, `Batch too large. Limit is ${outcome.limit}`)
        case 'no-registration-id':
          return failure(400, 'registrationId required for takeover')
        case 'contended':
          return failure(409, 'Account changed while the keys were stored')
      }
    },
  }
}
