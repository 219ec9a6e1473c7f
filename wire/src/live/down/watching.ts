/**
 * @module `watching`. The mailboxes are watched.
 */
import { countKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const watching = message(
  'watching',
  'The mailboxes are watched.',
  {
    count: field(countKind, 'How many this connection watches now.'),
  },
  'ours',
)
