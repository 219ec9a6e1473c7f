/**
 * @module `unban_user`. Ends a ban.
 */
import { channelField, targetField } from '#live/parts.ts'
import { message } from '#live/schema.ts'

export const unbanUser = message(
  'unban_user',
  'Ends a ban.',
  {
    channel_id: channelField,
    target_pubkey: targetField,
  },
  'mobium-later',
)
