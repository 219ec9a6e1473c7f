/**
 * @module `key_bundle`. The keys of somebody's device, or why there are none.
 */
import { bytes, flag } from '#live/kinds.ts'
import { deviceKind, errorField, key32Kind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const keyBundle = message(
  'key_bundle',
  "The keys of somebody's device, or why there are none.",
  {
    target_pubkey: field(key32Kind, 'Whose.'),
    device: field(deviceKind, 'Which device.'),
    bundle: optional(bytes(0, 16_384), 'As it was published.'),
    one_time: optional(bytes(0, 256), 'A one-time key.'),
    kem_one_time: optional(bytes(0, 2048), 'A one-time key of the KEM.'),
    metered: optional(flag(), 'One-time keys are withheld because too many were asked for.'),
    error: errorField,
  },
  'ours',
)
