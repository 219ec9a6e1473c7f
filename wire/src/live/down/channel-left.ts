/**
 * @module `channel_left`. The caller is no longer a member.
 */
import { channelKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const channelLeft = message('channel_left', 'The caller is no longer a member.', {
  channel_id: field(channelKind, 'The channel.'),
})
