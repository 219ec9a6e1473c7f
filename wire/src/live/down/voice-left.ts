/**
 * @module `voice_left`. Somebody left a voice room.
 */
import { channelKind, keyKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const voiceLeft = message('voice_left', 'Somebody left a voice room.', {
  channel_id: field(channelKind, 'The channel.'),
  pubkey: field(keyKind, 'Who.'),
})
