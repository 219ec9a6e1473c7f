/**
 * @module `sender_key_distribution`. Somebody's sender key, encrypted for the one who reads this.
 */
import {
  channelKind,
  exchangeKeyKind,
  exchangeSignatureField,
  keyKind,
  payloadKind,
} from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const senderKeyDistribution = message(
  'sender_key_distribution',
  "Somebody's sender key, encrypted for the one who reads this.",
  {
    channel_id: field(channelKind, 'The channel.'),
    sender_ed25519_pub: field(keyKind, 'Whose key.'),
    sender_x25519_pub: field(exchangeKeyKind, 'The X25519 key that it was encrypted with.'),
    encrypted_distribution: field(payloadKind, 'The encrypted key.'),
    x25519_sig: exchangeSignatureField,
  },
)
