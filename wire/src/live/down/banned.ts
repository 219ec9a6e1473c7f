/**
 * @module `banned`. The reader was banned.
 */
import { text } from '#live/kinds.ts'
import { channelKind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const banned = message(
  'banned',
  'The reader was banned.',
  {
    channel_id: field(channelKind, 'The channel.'),
    reason: optional(text(256), 'Why.'),
  },
  'mobium-later',
)
