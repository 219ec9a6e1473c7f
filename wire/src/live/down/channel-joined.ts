/**
 * @module `channel_joined`. The caller is a member now.
 */
import { channelKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const channelJoined = message('channel_joined', 'The caller is a member now.', {
  channel_id: field(channelKind, 'The channel.'),
})
