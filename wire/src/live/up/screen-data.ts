/**
 * @module `screen_data`. A piece of a screen for everybody in the room.
 */
import { channelField, countKind, payloadKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const screenData = message('screen_data', 'A piece of a screen for everybody in the room.', {
  channel_id: channelField,
  chunk: field(payloadKind, 'Encrypted picture.'),
  seq: field(countKind, 'Counts the pieces.'),
})
