/**
 * @module `channel_message`. A sealed message to a channel.
 */
import { integer } from '#live/kinds.ts'
import { channelKind, idKind, keyKind, millisKind, payloadKind, secondsKind } from '#live/parts.ts'
import { extra, field, message } from '#live/schema.ts'

export const channelMessage = message('channel_message', 'A sealed message to a channel.', {
  channel_id: field(channelKind, 'The channel.'),
  sender: field(keyKind, 'Who sent it, as they proved it to the relay.'),
  payload: field(payloadKind, 'What is sealed.'),
  id: extra(integer(), 'Its place in the history of the channel.'),
  timestamp: extra(secondsKind, 'When the relay accepted it, in seconds since 1970.'),
  accepted_at: extra(millisKind, 'When the relay accepted it, in milliseconds since 1970.'),
  client_id: extra(idKind, 'As its sender drew it.'),
})
