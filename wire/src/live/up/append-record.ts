/**
 * @module `append_record`. Adds a record to those that a channel keeps.
 */
import { bytes } from '#live/kinds.ts'
import { channelKind, countKind, idKind, missing } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const appendRecord = message(
  'append_record',
  'Adds a record to those that a channel keeps.',
  {
    channel_id: field(channelKind, 'The channel.', missing('channel_id')),
    record: field(bytes(0, 65_536), 'Signed by a member, opaque here.'),
    after: optional(countKind, 'Only if this is the number of the last one so far.'),
    client_id: optional(idKind, 'Drawn by the client; the answer repeats it.'),
  },
  'ours',
)
