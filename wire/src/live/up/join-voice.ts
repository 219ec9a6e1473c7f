/**
 * @module `join_voice`. Enters the voice room of a channel.
 */
import { channelField } from '#live/parts.ts'
import { message } from '#live/schema.ts'

export const joinVoice = message('join_voice', 'Enters the voice room of a channel.', {
  channel_id: channelField,
})
