/**
 * @module `channel_record`. A record that somebody has just added.
 */
import { bytes } from '#live/kinds.ts'
import { channelKind, countKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const channelRecord = message(
  'channel_record',
  'A record that somebody has just added.',
  {
    channel_id: field(channelKind, 'The channel.'),
    number: field(countKind, 'Its place, from 1.'),
    record: field(bytes(0, 65_536), 'Signed by a member.'),
  },
  'ours',
)
