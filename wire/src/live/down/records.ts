/**
 * @module `records`. Records of a channel, in order.
 */
import { bytes, flag, list } from '#live/kinds.ts'
import { channelKind, countKind } from '#live/parts.ts'
import { field, message, record } from '#live/schema.ts'

export const records = message(
  'records',
  'Records of a channel, in order.',
  {
    channel_id: field(channelKind, 'The channel.'),
    records: field(
      list(
        record({
          number: field(countKind, 'Its place.'),
          record: field(bytes(0, 65_536), 'Signed by a member.'),
        }),
        1000,
      ),
      'The records.',
    ),
    has_more: field(flag(), 'Whether there are more.'),
  },
  'ours',
)
