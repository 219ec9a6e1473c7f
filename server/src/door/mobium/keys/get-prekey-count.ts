/**
 * @module get_prekey_count: how many of an original client's one-time prekeys are left.
 */
import type { BundleStore } from '#store/store.ts'
import { mailboxOf, onlyDevice } from '#door/mobium/address.ts'
import type { Handle } from '#door/mobium/client.ts'

export function createGetPrekeyCount(
  bundles: Pick<BundleStore, 'counts'>,
): Handle<'get_prekey_count'> {
  return async (client) => {
    const [count = 0] = await bundles.counts(mailboxOf(client.identity, onlyDevice), 'x3dh')
    client.send({ type: 'prekey_count_response', count })
  }
}
