/**
 * @module `voice_full`. There is no room left.
 */
import { text } from '#live/kinds.ts'
import { channelKind, countKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const voiceFull = message(
  'voice_full',
  'There is no room left.',
  {
    channel_id: field(channelKind, 'The channel.'),
    message: field(text(256), 'The same for people.'),
    max_participants: field(countKind, 'How many may be in it.'),
  },
  'mobium-later',
)
