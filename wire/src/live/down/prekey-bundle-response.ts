/**
 * @module `prekey_bundle_response`. Somebody's keys, or why there are none.
 */
import { bytes, nullable } from '#live/kinds.ts'
import {
  capabilitiesField,
  errorField,
  exchangeKeyKind,
  exchangeSignatureField,
  keyKind,
} from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const prekeyBundleResponse = message(
  'prekey_bundle_response',
  "Somebody's keys, or why there are none.",
  {
    target_pubkey: field(keyKind, 'Whose.'),
    identity_x25519_pub: optional(exchangeKeyKind, 'The X25519 key of the identity.'),
    signed_prekey: optional(exchangeKeyKind, 'An X25519 key of medium life.'),
    signed_prekey_sig: optional(bytes(0, 128), 'Its signature by the Ed25519 key.'),
    one_time_prekey: optional(nullable(exchangeKeyKind), 'Nil when none is left.'),
    x25519_sig: exchangeSignatureField,
    caps: capabilitiesField,
    error: errorField,
  },
)
