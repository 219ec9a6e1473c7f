/**
 * @module publish_prekeys: an original client's bundle, in place of the one before. The relay checks nothing of it: who
 * fetches it does. Such clients know no devices, so it is always the first device's.
 */
import { readOneTimePrekeys } from '@sotto/wire/live'
import type { BundleStore } from '#store/store.ts'
import { mailboxOf, onlyDevice } from '#door/mobium/address.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'
import { writePublishedPrekeys } from '#door/mobium/keys/published-prekeys.ts'

export interface PublishPrekeysDeps {
  readonly bundles: BundleStore
  readonly maxPoolKeys: number
}

export function createPublishPrekeys(deps: PublishPrekeysDeps): Handle<'publish_prekeys'> {
  const { bundles, maxPoolKeys } = deps
  return async (client, message) => {
    const { one_time_prekeys: oneTime } = message
    const outcome = await bundles.publish({
      mailbox: mailboxOf(client.identity, onlyDevice),
      format: 'x3dh',
      shared: writePublishedPrekeys({
        identityKey: message.identity_x25519_pub,
        signedPrekey: message.signed_prekey,
        signature: message.signed_prekey_sig,
        bindingSignature: message.x25519_sig,
        capabilities: message.caps,
      }),
      pools: [oneTime === undefined ? [] : readOneTimePrekeys(oneTime)],
      replace: true,
      maxKeys: maxPoolKeys,
    })
    if (outcome.kind === 'unknown-mailbox') throw new Refusal('unavailable')
    client.send({ type: 'prekeys_stored' })
  }
}
