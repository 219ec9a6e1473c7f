/**
 * @module `keys_stored`. The keys are published.
 */
import { countKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const keysStored = message(
  'keys_stored',
  'The keys are published.',
  {
    one_time: field(countKind, 'How many one-time keys there are now.'),
    kem_one_time: field(countKind, 'How many of the KEM.'),
  },
  'ours',
)
