/**
 * @module `get_key_bundle`. Asks for the keys of somebody's device; one-time keys are handed out once.
 */
import { deviceKind, key32Kind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const getKeyBundle = message(
  'get_key_bundle',
  "Asks for the keys of somebody's device; one-time keys are handed out once.",
  {
    target_pubkey: field(key32Kind, 'Whose: their Ed25519 key.'),
    device: optional(deviceKind, 'Which device.'),
  },
  'ours',
)
