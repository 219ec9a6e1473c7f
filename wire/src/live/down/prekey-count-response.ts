/**
 * @module `prekey_count_response`. How many one-time keys of the caller are left.
 */
import { countKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const prekeyCountResponse = message(
  'prekey_count_response',
  'How many one-time keys of the caller are left.',
  {
    count: field(countKind, 'How many.'),
  },
)
