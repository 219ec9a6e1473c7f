/**
 * @module `voice_data`. A piece of sound. Whatever else its sender put in comes along.
 */
import { channelKind, countKind, keyKind, payloadKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const voiceData = message(
  'voice_data',
  'A piece of sound. Whatever else its sender put in comes along.',
  {
    channel_id: field(channelKind, 'The channel.'),
    sender: field(keyKind, 'Who sent it, as they proved it to the relay.'),
    audio: field(payloadKind, 'Encrypted sound.'),
    seq: field(countKind, 'Counts the pieces.'),
  },
)
