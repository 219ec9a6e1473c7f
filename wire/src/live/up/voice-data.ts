/**
 * @module `voice_data`. A piece of sound for everybody in the room.
 */
import { channelField, countKind, payloadKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const voiceData = message('voice_data', 'A piece of sound for everybody in the room.', {
  channel_id: channelField,
  audio: field(payloadKind, 'Encrypted sound.'),
  seq: field(countKind, 'Counts the pieces.'),
})
