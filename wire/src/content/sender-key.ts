/**
 * @module `sender_key`. What opens the messages that somebody posts in a channel.
 */
import { bytes, integer } from '#live/kinds.ts'
import { field, optional } from '#live/schema.ts'
import { channelKind, content, secretKind } from '#content/kinds.ts'
import { maxSenderKeyBytes } from '#content/limits.ts'

export const senderKey = content(
  'sender_key',
  'What opens the messages that its author posts in a channel from now on.',
  {
    channel: field(channelKind, 'Which channel.'),
    key: field(
      bytes(1, maxSenderKeyBytes),
      'A sender key distribution message, as libsignal has it.',
    ),
    epoch: field(
      integer(0),
      'The number of the last record of the channel that took somebody out, as the author knew it.',
    ),
    secret: optional(
      secretKind,
      'What hides the messages that the key encrypts from the relay. Drawn with the key.',
    ),
  },
)
