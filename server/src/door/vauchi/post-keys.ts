/**
 * @module POST /v2/keys, ours: what somebody needs to write for the first time to a device of the live door, without a login
 * there, so that nobody learns who asks. What the live door's `get_key_bundle` and `get_devices` say, in one answer; the
 * device's allowance of one-time keys is the same one.
 *
 * Not an action: Vauchi's padded envelopes keep the names that its clients know. Sealed, it is reached by binary HTTP.
 */
import type { IdentityKey } from '@sotto/wire'
import { onlyDevice, parseIdentity } from '#door/mobium/address.ts'
import type { HandOut } from '#door/mobium/keys/hand-out.ts'
import type { IdentityStore } from '#store/store.ts'
import type { Events } from '#watch/events.ts'
import { broken } from '#door/vauchi/broken.ts'
import { jsonRoute, maxJsonBytes, refusals, type JsonRouteDeps } from '#door/vauchi/json-route.ts'
import { failed, succeeded, unreadable, type ActionReply } from '#door/vauchi/reply.ts'
import { keysAnswer, keysRequest, obliviousError } from '#door/vauchi/schemas.ts'
import { fromHex32, toBase64 } from '#door/vauchi/texts.ts'
import type { Route } from '#door/route.ts'

export interface KeysDeps {
  readonly handOut: HandOut
  readonly identities: Pick<IdentityStore, 'devices'>
  readonly events: Pick<Events, 'requestFailed' | 'storeFailed'>
}

const path = '/v2/keys'

export function postKeys(deps: KeysDeps & JsonRouteDeps): Route {
  return jsonRoute(deps, {
    path,
    summary: 'Fetch the keys of a device, without a login',
    accepts: { json: keysRequest },
    responses: {
      200: {
        description: 'Its bundle, and a key of each pool while there are any',
        json: keysAnswer,
      },
      404: { description: 'Nobody, or a device that published nothing', json: obliviousError },
      ...refusals,
    },
    maxBytes: maxJsonBytes,
    async act(body) {
      try {
        return await find(deps, body)
      } catch (error) {
        return broken(deps.events, path, error)
      }
    },
  })
}

async function find({ handOut, identities }: KeysDeps, body: unknown): Promise<ActionReply> {
  const request = keysRequest.safeParse(body)
  if (!request.success) return unreadable
  const identity = identityNamed(request.data.identity)
  if (identity === undefined) return failed(400, 'identity must be 64 hex characters')
  const device = request.data.device ?? onlyDevice
  // Before a key is taken, which is gone whatever happens then.
  const devices = await identities.devices(identity)
  const handed = await handOut(identity, device)
  if (handed === undefined) return failed(404, 'no keys')
  const { bundle, oneTime, kemOneTime, isMetered } = handed
  return succeeded({
    device,
    bundle: toBase64(bundle),
    ...(oneTime === undefined ? {} : { one_time: toBase64(oneTime) }),
    ...(kemOneTime === undefined ? {} : { kem_one_time: toBase64(kemOneTime) }),
    metered: isMetered,
    ...(devices === undefined ? {} : { devices: toBase64(devices) }),
  })
}

function identityNamed(text: string): IdentityKey | undefined {
  const bytes = fromHex32(text)
  return bytes && parseIdentity(bytes)
}
