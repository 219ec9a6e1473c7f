/**
 * @module publish_keys: the bundle of one of our devices and keys for its two pools, behind what rests there or in its
 * place. The relay reads none of it.
 */
import type { BundleStore } from '#store/store.ts'
import { Refusal, type Handle } from '#door/mobium/client.ts'

export interface PublishKeysDeps {
  readonly bundles: BundleStore
  readonly maxPoolKeys: number
}

export function createPublishKeys(deps: PublishKeysDeps): Handle<'publish_keys'> {
  const { bundles, maxPoolKeys } = deps
  return async (client, { bundle, one_time, kem_one_time, replace = false }) => {
    const outcome = await bundles.publish({
      mailbox: client.mailbox,
      format: 'pqxdh',
      shared: bundle,
      pools: [one_time, kem_one_time],
      replace,
      maxKeys: maxPoolKeys,
    })
    if (outcome.kind === 'unknown-mailbox') throw new Refusal('unavailable')
    const [oneTime = 0, kemOneTime = 0] = outcome.counts
    client.send({ type: 'keys_stored', one_time: oneTime, kem_one_time: kemOneTime })
  }
}
