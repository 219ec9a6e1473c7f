/**
 * @module `user_unbanned`. The ban has ended.
 */
import { channelKind, keyKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const userUnbanned = message(
  'user_unbanned',
  'The ban has ended.',
  {
    channel_id: field(channelKind, 'The channel.'),
    target_pubkey: field(keyKind, 'Whom it is about.'),
  },
  'mobium-later',
)
