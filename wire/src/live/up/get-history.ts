/**
 * @module `get_history`. Asks for the messages that a channel keeps.
 */
import { integer } from '#live/kinds.ts'
import { channelField, secondsKind } from '#live/parts.ts'
import { extra, message, optional } from '#live/schema.ts'

export const getHistory = message('get_history', 'Asks for the messages that a channel keeps.', {
  channel_id: channelField,
  after_timestamp: optional(
    secondsKind,
    'Only from later seconds than this one, counted from 1970.',
  ),
  limit: optional(integer(), 'How many at most.'),
  after_id: extra(
    integer(),
    'Only behind the message with this id. Exact, where a timestamp is not.',
  ),
})
