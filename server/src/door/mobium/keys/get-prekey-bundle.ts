/**
 * @module get_prekey_bundle: what somebody needs to write to an identity for the first time as original clients do. One
 * one-time prekey goes with it while there are any and the target's allowance is not used up.
 */
import type { Events } from '#watch/events.ts'
import { fetchBundle, type FetchBundleDeps } from '#relay/bundles/fetch.ts'
import { mailboxOf, onlyDevice, parseIdentity } from '#door/mobium/address.ts'
import type { Client, Handle } from '#door/mobium/client.ts'
import type { LowNotices } from '#door/mobium/keys/low-notices.ts'
import { readPublishedPrekeys } from '#door/mobium/keys/published-prekeys.ts'

export interface GetPrekeyBundleDeps extends FetchBundleDeps {
  readonly lowNotices: LowNotices
  readonly events: Pick<Events, 'prekeysServed'>
}

export function createGetPrekeyBundle(deps: GetPrekeyBundleDeps): Handle<'get_prekey_bundle'> {
  return async (client, { target_pubkey }) => {
    const target = parseIdentity(target_pubkey)
    if (target === undefined) return refuse(client, target_pubkey)
    const fetched = await fetchBundle(deps, mailboxOf(target, onlyDevice), 'x3dh')
    const prekeys = fetched && readPublishedPrekeys(fetched.bundle.shared)
    if (fetched === undefined || prekeys === undefined) return refuse(client, target_pubkey)
    const { bundle, isMetered, alarm } = fetched
    const [oneTime] = bundle.keys
    if (alarm !== undefined) deps.lowNotices.tell(target, onlyDevice, alarm)
    deps.events.prekeysServed(
      isMetered ? 'metered' : oneTime === undefined ? 'without' : 'with-one-time',
    )
    client.send({
      type: 'prekey_bundle_response',
      target_pubkey,
      identity_x25519_pub: prekeys.identityKey,
      signed_prekey: prekeys.signedPrekey,
      signed_prekey_sig: prekeys.signature,
      one_time_prekey: oneTime ?? null,
      // Original clients get what they know, and no more.
      ...(client.has('x_sig') ? { x25519_sig: prekeys.bindingSignature } : {}),
      ...(client.has('x_sig') || client.has('keys') ? { caps: prekeys.capabilities } : {}),
    })
  }
}

function refuse(client: Client, target_pubkey: Uint8Array): void {
  client.send({
    type: 'prekey_bundle_response',
    target_pubkey,
    error: 'No pre-key bundle found for this user',
  })
}
