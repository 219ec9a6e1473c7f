/**
 * @module `devices`. Somebody's list of devices, or why there is none.
 */
import { bytes } from '#live/kinds.ts'
import { errorField, key32Kind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const devices = message(
  'devices',
  "Somebody's list of devices, or why there is none.",
  {
    target_pubkey: field(key32Kind, 'Whose.'),
    record: optional(bytes(0, 65_536), 'As its owner signed it.'),
    error: errorField,
  },
  'ours',
)
