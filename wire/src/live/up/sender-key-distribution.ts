/**
 * @module `sender_key_distribution`. Leaves the key of a sender for members of a channel, encrypted for each of them.
 */
import { list, raw } from '#live/kinds.ts'
import { channelField, exchangeKeyKind, exchangeSignatureField, missing } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const senderKeyDistribution = message(
  'sender_key_distribution',
  'Leaves the key of a sender for members of a channel, encrypted for each of them.',
  {
    channel_id: channelField,
    sender_x25519_pub: field(
      exchangeKeyKind,
      'The X25519 key that the entries were encrypted with.',
      missing('sender_x25519_pub'),
    ),
    x25519_sig: exchangeSignatureField,
    distributions: field(
      list(raw(), 5000),
      'One entry for each recipient, in the order in which they are handed on.',
      missing('distributions', ' array'),
    ),
  },
)
