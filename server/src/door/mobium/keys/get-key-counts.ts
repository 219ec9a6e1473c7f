/**
 * @module get_key_counts: how many keys are left in this device's pools.
 */
import type { BundleStore } from '#store/store.ts'
import type { Handle } from '#door/mobium/client.ts'

export function createGetKeyCounts(bundles: Pick<BundleStore, 'counts'>): Handle<'get_key_counts'> {
  return async (client) => {
    const [oneTime = 0, kemOneTime = 0] = await bundles.counts(client.mailbox, 'pqxdh')
    client.send({ type: 'key_counts', one_time: oneTime, kem_one_time: kemOneTime })
  }
}
