/**
 * @module `get_bans`. Asks who is banned from a channel.
 */
import { channelField } from '#live/parts.ts'
import { message } from '#live/schema.ts'

export const getBans = message(
  'get_bans',
  'Asks who is banned from a channel.',
  {
    channel_id: channelField,
  },
  'mobium-later',
)
