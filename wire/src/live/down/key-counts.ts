/**
 * @module `key_counts`. How many one-time keys of this device are left.
 */
import { countKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const keyCounts = message(
  'key_counts',
  'How many one-time keys of this device are left.',
  {
    one_time: field(countKind, 'One-time keys.'),
    kem_one_time: field(countKind, 'One-time keys of the KEM.'),
  },
  'ours',
)
