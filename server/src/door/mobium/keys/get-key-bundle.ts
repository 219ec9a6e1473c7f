/**
 * @module get_key_bundle: what somebody needs to write to one of our devices for the first time. When the target's allowance
 * is used up it comes without keys of the pools, and says `metered`.
 */
import { onlyDevice, parseIdentity } from '#door/mobium/address.ts'
import type { Handle } from '#door/mobium/client.ts'
import type { HandOut } from '#door/mobium/keys/hand-out.ts'

export function createGetKeyBundle(handOut: HandOut): Handle<'get_key_bundle'> {
  return async (client, { target_pubkey, device = onlyDevice }) => {
    const target = parseIdentity(target_pubkey)
    const handed = target && (await handOut(target, device))
    if (handed === undefined) {
      const error = 'No key bundle found for this device'
      client.send({ type: 'key_bundle', target_pubkey, device, error })
      return
    }
    client.send({
      type: 'key_bundle',
      target_pubkey,
      device,
      bundle: handed.bundle,
      one_time: handed.oneTime,
      kem_one_time: handed.kemOneTime,
      metered: handed.isMetered,
    })
  }
}
