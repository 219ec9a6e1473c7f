/**
 * @module get_devices: the list of devices that an identity has signed.
 */
import type { IdentityStore } from '#store/store.ts'
import { parseIdentity } from '#door/mobium/address.ts'
import type { Handle } from '#door/mobium/client.ts'

export function createGetDevices(
  identities: Pick<IdentityStore, 'devices'>,
): Handle<'get_devices'> {
  return async (client, { target_pubkey }) => {
    const target = parseIdentity(target_pubkey)
    const record = target && (await identities.devices(target))
    if (record === undefined) {
      client.send({ type: 'devices', target_pubkey, error: 'No devices found for this identity' })
    } else {
      client.send({ type: 'devices', target_pubkey, record })
    }
  }
}
