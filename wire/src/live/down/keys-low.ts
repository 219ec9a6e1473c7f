/**
 * @module `keys_low`. One-time keys of this device run low.
 */
import { flag } from '#live/kinds.ts'
import { countKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const keysLow = message(
  'keys_low',
  'One-time keys of this device run low.',
  {
    one_time: field(countKind, 'One-time keys that are left.'),
    kem_one_time: field(countKind, 'One-time keys of the KEM that are left.'),
    metered: field(flag(), 'Somebody asks for more than a conversation needs.'),
  },
  'ours',
)
