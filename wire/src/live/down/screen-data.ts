/**
 * @module `screen_data`. A piece of a screen. Whatever else its sender put in comes along.
 */
import { channelKind, countKind, keyKind, payloadKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const screenData = message(
  'screen_data',
  'A piece of a screen. Whatever else its sender put in comes along.',
  {
    channel_id: field(channelKind, 'The channel.'),
    sender: field(keyKind, 'Who sent it, as they proved it to the relay.'),
    chunk: field(payloadKind, 'Encrypted picture.'),
    seq: field(countKind, 'Counts the pieces.'),
  },
)
