/**
 * @module `publish_devices`. Publishes the signed list of devices of the caller.
 */
import { bytes } from '#live/kinds.ts'
import { field, message } from '#live/schema.ts'

export const publishDevices = message(
  'publish_devices',
  'Publishes the signed list of devices of the caller.',
  {
    record: field(bytes(0, 65_536), 'Signed by its owner, opaque here.'),
  },
  'ours',
)
