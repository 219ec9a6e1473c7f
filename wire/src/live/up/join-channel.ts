/**
 * @module `join_channel`. Joins a channel; where there is none it is made.
 */
import { bytes } from '#live/kinds.ts'
import { channelField } from '#live/parts.ts'
import { message, optional } from '#live/schema.ts'

export const joinChannel = message(
  'join_channel',
  'Joins a channel; where there is none it is made.',
  {
    channel_id: channelField,
    invite_token: optional(bytes(0, 64), 'Lets into a private channel.'),
  },
)
