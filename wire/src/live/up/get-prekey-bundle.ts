/**
 * @module `get_prekey_bundle`. Asks for somebody's keys; a one-time key is handed out once.
 */
import { targetField } from '#live/parts.ts'
import { message } from '#live/schema.ts'

export const getPrekeyBundle = message(
  'get_prekey_bundle',
  "Asks for somebody's keys; a one-time key is handed out once.",
  {
    target_pubkey: targetField,
  },
)
