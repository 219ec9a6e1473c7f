/**
 * @module `channel_access_updated`. A channel was opened or closed.
 */
import { accessKind, channelKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const channelAccessUpdated = message(
  'channel_access_updated',
  'A channel was opened or closed.',
  {
    channel_id: field(channelKind, 'The channel.'),
    access_mode: field(accessKind, 'Who may join.'),
  },
  'mobium-later',
)
