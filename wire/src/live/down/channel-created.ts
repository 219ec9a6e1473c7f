/**
 * @module `channel_created`. A channel was made.
 */
import { channelKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const channelCreated = message('channel_created', 'A channel was made.', {
  channel_id: field(channelKind, 'The channel.'),
})
