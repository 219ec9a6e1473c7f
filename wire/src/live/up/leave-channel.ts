/**
 * @module `leave_channel`. Leaves a channel.
 */
import { channelField } from '#live/parts.ts'
import { message } from '#live/schema.ts'

export const leaveChannel = message('leave_channel', 'Leaves a channel.', {
  channel_id: channelField,
})
