/**
 * @module `channel_message`. Hands on a sealed message to the members of a channel.
 */
import { integer } from '#live/kinds.ts'
import { channelField, clientIdField, missing, payloadKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const channelMessage = message(
  'channel_message',
  'Hands on a sealed message to the members of a channel.',
  {
    channel_id: channelField,
    payload: field(
      payloadKind,
      'What is sealed. The relay does not look into it.',
      missing('payload'),
    ),
    bucket_size: field(
      integer(),
      'Which size the sender has padded to, as a number of a table that clients share.',
      missing('bucket_size'),
    ),
    client_id: clientIdField,
  },
)
