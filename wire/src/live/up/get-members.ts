/**
 * @module `get_members`. Asks for a channel's members and the sender keys that wait there for the caller.
 */
import { channelField } from '#live/parts.ts'
import { message } from '#live/schema.ts'

export const getMembers = message(
  'get_members',
  "Asks for a channel's members and the sender keys that wait there for the caller.",
  {
    channel_id: channelField,
  },
)
