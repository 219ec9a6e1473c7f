/**
 * @module `leave_voice`. Leaves the voice room of a channel.
 */
import { channelField } from '#live/parts.ts'
import { message } from '#live/schema.ts'

export const leaveVoice = message('leave_voice', 'Leaves the voice room of a channel.', {
  channel_id: channelField,
})
