/**
 * @module `history_response`. Messages that a channel keeps, in order.
 */
import { flag, integer, list } from '#live/kinds.ts'
import {
  channelKind,
  countKind,
  keyKind,
  millisKind,
  payloadKind,
  secondsKind,
} from '#live/parts.ts'
import { extra, field, message, record } from '#live/schema.ts'

export const historyResponse = message(
  'history_response',
  'Messages that a channel keeps, in order.',
  {
    channel_id: field(channelKind, 'The channel.'),
    count: field(countKind, 'How many.'),
    messages: field(
      list(
        record({
          id: field(integer(), 'Its place.'),
          sender: field(keyKind, 'Who sent it.'),
          payload: field(payloadKind, 'What is sealed.'),
          timestamp: field(secondsKind, 'Seconds since 1970.'),
          bucket_size: field(integer(), 'As the sender said.'),
          accepted_at: extra(millisKind, 'Milliseconds since 1970.'),
        }),
        1000,
      ),
      'The messages.',
    ),
    next_after_id: extra(integer(), 'What to ask for next.'),
    has_more: extra(flag(), 'Whether there are more.'),
  },
)
