/**
 * @module `publish_keys`. Publishes keys of the Signal protocol for this device.
 */
import { bytes, flag, list } from '#live/kinds.ts'
import { field, message, optional } from '#live/schema.ts'

export const publishKeys = message(
  'publish_keys',
  'Publishes keys of the Signal protocol for this device.',
  {
    bundle: field(
      bytes(0, 16_384),
      'Identity, signed and last-resort keys, as clients write them.',
    ),
    one_time: field(list(bytes(0, 256), 100), 'One-time keys.'),
    kem_one_time: field(list(bytes(0, 2048), 100), 'One-time keys of the KEM.'),
    replace: optional(flag(), 'Whether earlier one-time keys go.'),
  },
  'ours',
)
