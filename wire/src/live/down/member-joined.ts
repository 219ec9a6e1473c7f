/**
 * @module `member_joined`. Somebody joined a channel.
 */
import { channelKind, keyKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const memberJoined = message('member_joined', 'Somebody joined a channel.', {
  channel_id: field(channelKind, 'The channel.'),
  member: field(keyKind, 'Who.'),
})
