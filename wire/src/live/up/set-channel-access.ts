/**
 * @module `set_channel_access`. Opens or closes a channel.
 */
import { accessKind, channelField } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const setChannelAccess = message(
  'set_channel_access',
  'Opens or closes a channel.',
  {
    channel_id: channelField,
    access_mode: field(accessKind, 'Who may join.'),
  },
  'mobium-later',
)
