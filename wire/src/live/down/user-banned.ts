/**
 * @module `user_banned`. The ban holds.
 */
import { channelKind, keyKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const userBanned = message(
  'user_banned',
  'The ban holds.',
  {
    channel_id: field(channelKind, 'The channel.'),
    target_pubkey: field(keyKind, 'Whom it is about.'),
  },
  'mobium-later',
)
