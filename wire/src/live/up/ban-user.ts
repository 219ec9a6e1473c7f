/**
 * @module `ban_user`. Puts somebody out of a channel and keeps them out.
 */
import { text } from '#live/kinds.ts'
import { channelField, targetField } from '#live/parts.ts'
import { message, optional } from '#live/schema.ts'

export const banUser = message(
  'ban_user',
  'Puts somebody out of a channel and keeps them out.',
  {
    channel_id: channelField,
    target_pubkey: targetField,
    reason: optional(text(256), 'For the one who is banned.'),
  },
  'mobium-later',
)
