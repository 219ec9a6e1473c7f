/**
 * @module GET /v1/keys/{userId}: what somebody needs to write to this user for the first time. No login, as the contract
 * has it; HEAD is not GET here, since a GET may take a one-time key with it.
 */
import { parseUuid, type AccountId } from '@sotto/wire'
import type { Events } from '#watch/events.ts'
import { fetchBundle, type FetchDeps } from '#relay/prekeys/fetch.ts'
import type { PrekeyBundle } from '#store/store.ts'
import { mailboxOf } from '#door/obscura/address.ts'
import type { Route } from '#door/route.ts'
import { failure, json } from '#door/obscura/replies.ts'
import { errorResponse, preKeyBundle } from '#door/obscura/schemas.ts'

export interface GetKeysDeps extends FetchDeps {
  readonly events: Pick<Events, 'prekeysServed'>
}

export function getKeys(deps: GetKeysDeps): Route {
  return {
    method: 'GET',
    path: '/v1/keys/{userId}',
    summary: 'Fetch pre-key bundle',
    description:
      'Consumes one one-time pre-key, if one is left and this user’s allowance is not used up; otherwise `oneTimePreKey` is null.',
    tag: 'Keys',
    access: 'public',
    tier: 'standard',
    parameters: [{ name: 'userId', in: 'path', format: 'uuid', description: 'Whose bundle' }],
    responses: {
      200: { description: 'Pre-key bundle', json: preKeyBundle },
      400: { description: 'Not a user id', json: errorResponse },
      404: { description: 'Unknown user', json: errorResponse },
    },
    async handle({ params }) {
      const id = parseUuid(params['userId'] ?? '')
      if (id === undefined) return failure(400, 'Invalid user id')
      // Any UUID may name an account; whether one has it is what the fetch finds out.
      const account = id as AccountId
      const fetched = await fetchBundle(deps, account, mailboxOf(account))
      if (fetched === undefined) return failure(404, 'Not found')
      const { bundle, isMetered } = fetched
      deps.events.prekeysServed(
        isMetered ? 'metered' : bundle.oneTime === undefined ? 'without' : 'with-one-time',
      )
      return json(200, bundleToJson(bundle), { 'cache-control': 'no-store' })
    },
  }
}

function bundleToJson({ identity, signed, oneTime }: PrekeyBundle) {
  return {
    registrationId: identity.registrationId,
    identityKey: base64(identity.publicKey),
    signedPreKey: {
      keyId: signed.keyId,
      publicKey: base64(signed.publicKey),
      signature: base64(signed.signature),
    },
    oneTimePreKey:
      oneTime === undefined ? null : { keyId: oneTime.keyId, publicKey: base64(oneTime.publicKey) },
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
