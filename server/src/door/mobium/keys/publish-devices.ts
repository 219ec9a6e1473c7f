/**
 * @module publish_devices: the list of devices that an identity has signed, in place of the one before. Whether the
 * signature is good, and the list newer, is for those who read it: the relay cannot add a device by keeping it.
 */
import type { IdentityStore } from '#store/store.ts'
import type { Handle } from '#door/mobium/client.ts'

export function createPublishDevices(
  identities: Pick<IdentityStore, 'setDevices'>,
): Handle<'publish_devices'> {
  return async (client, { record }) => {
    await identities.setDevices(client.identity, record)
    client.send({ type: 'devices_stored' })
  }
}
