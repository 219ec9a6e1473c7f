/**
 * @module `publish_prekeys`. Publishes keys with which others can begin a conversation. Replaces all earlier ones.
 */
import { bytes } from '#live/kinds.ts'
import {
  capabilitiesField,
  exchangeKeyKind,
  exchangeSignatureField,
  missing,
  payloadKind,
} from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const publishPrekeys = message(
  'publish_prekeys',
  'Publishes keys with which others can begin a conversation. Replaces all earlier ones.',
  {
    identity_x25519_pub: field(
      exchangeKeyKind,
      'The X25519 key of the identity.',
      missing('identity_x25519_pub'),
    ),
    signed_prekey: field(
      exchangeKeyKind,
      'An X25519 key of medium life.',
      missing('signed_prekey'),
    ),
    signed_prekey_sig: field(
      bytes(0, 128),
      'Its signature by the Ed25519 key.',
      missing('signed_prekey_sig'),
    ),
    one_time_prekeys: optional(payloadKind, 'MessagePack in itself: an array of byte strings.'),
    x25519_sig: exchangeSignatureField,
    caps: capabilitiesField,
  },
)
