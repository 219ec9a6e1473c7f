/**
 * @module `member_left`. Somebody left a channel.
 */
import { channelKind, keyKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const memberLeft = message('member_left', 'Somebody left a channel.', {
  channel_id: field(channelKind, 'The channel.'),
  member: field(keyKind, 'Who.'),
})
