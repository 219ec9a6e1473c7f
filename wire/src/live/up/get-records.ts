/**
 * @module `get_records`. Asks for the records of a channel.
 */
import { integer } from '#live/kinds.ts'
import { channelKind, missing } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const getRecords = message(
  'get_records',
  'Asks for the records of a channel.',
  {
    channel_id: field(channelKind, 'The channel.', missing('channel_id')),
    after: optional(integer(), 'Only behind this number.'),
    limit: optional(integer(), 'How many at most.'),
  },
  'ours',
)
