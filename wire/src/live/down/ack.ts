/**
 * @module `ack`. What was asked for is done.
 */
import { choice, integer } from '#live/kinds.ts'
import { channelKind, idKind, keyKind, millisKind, secondsKind } from '#live/parts.ts'
import { extra, message, optional } from '#live/schema.ts'

export const ack = message('ack', 'What was asked for is done.', {
  recipient: optional(keyKind, 'Of the `message` that this answers.'),
  channel_id: optional(channelKind, 'Of the `channel_message` that this answers.'),
  client_id: extra(idKind, 'As it came.'),
  status: extra(choice('stored', 'delivered', 'mailbox-full', 'duplicate'), 'What became of it.'),
  id: extra(integer(), 'The place in the history of the channel.'),
  timestamp: extra(secondsKind, 'When the relay accepted it, in seconds since 1970.'),
  accepted_at: extra(millisKind, 'When the relay accepted it, in milliseconds since 1970.'),
})
