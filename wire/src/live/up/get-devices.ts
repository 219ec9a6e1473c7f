/**
 * @module `get_devices`. Asks for somebody's list of devices.
 */
import { key32Kind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const getDevices = message(
  'get_devices',
  "Asks for somebody's list of devices.",
  {
    target_pubkey: field(key32Kind, 'Whose: their Ed25519 key.'),
  },
  'ours',
)
