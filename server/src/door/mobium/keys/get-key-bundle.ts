/**
 * @module get_key_bundle: what somebody needs to write to one of our devices for the first time. A key of each pool goes
 * with it while there are any and the target's allowance is not used up; then it says `metered`.
 */
import type { Events } from '#watch/events.ts'
import { fetchBundle, type FetchBundleDeps } from '#relay/bundles/fetch.ts'
import { mailboxOf, onlyDevice, parseIdentity } from '#door/mobium/address.ts'
import type { Handle } from '#door/mobium/client.ts'
import type { LowNotices } from '#door/mobium/keys/low-notices.ts'

export interface GetKeyBundleDeps extends FetchBundleDeps {
  readonly lowNotices: LowNotices
  readonly events: Pick<Events, 'prekeysServed'>
}

export function createGetKeyBundle(deps: GetKeyBundleDeps): Handle<'get_key_bundle'> {
  return async (client, { target_pubkey, device = onlyDevice }) => {
    const target = parseIdentity(target_pubkey)
    const fetched = target && (await fetchBundle(deps, mailboxOf(target, device), 'pqxdh'))
    if (target === undefined || fetched === undefined) {
      const error = 'No key bundle found for this device'
      client.send({ type: 'key_bundle', target_pubkey, device, error })
      return
    }
    const { bundle, isMetered, alarm } = fetched
    const [oneTime, kemOneTime] = bundle.keys
    if (alarm !== undefined) deps.lowNotices.tell(target, device, alarm)
    const isWhole = oneTime !== undefined && kemOneTime !== undefined
    deps.events.prekeysServed(isMetered ? 'metered' : isWhole ? 'with-one-time' : 'without')
    client.send({
      type: 'key_bundle',
      target_pubkey,
      device,
      bundle: bundle.shared,
      one_time: oneTime,
      kem_one_time: kemOneTime,
      metered: isMetered,
    })
  }
}
