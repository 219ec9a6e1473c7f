/**
 * @module `auth`. A client proves that it holds the secret of its identity.
 */
import {
  capabilitiesField,
  deviceKind,
  exchangeKeyKind,
  exchangeSignatureField,
  key32Kind,
  signatureKind,
} from '#live/parts.ts'
import { extra, field, message, optional } from '#live/schema.ts'

export const auth = message('auth', 'A client proves that it holds the secret of its identity.', {
  pubkey: field(key32Kind, 'The Ed25519 key that is the identity.', {
    texts: {
      absent: 'Missing pubkey',
      unreadable: 'Invalid pubkey format',
      wrongSize: 'Invalid pubkey format',
    },
  }),
  signature: field(signatureKind, 'Ed25519 over the 14 bytes `Mobium-auth-v1` and the nonce.', {
    texts: {
      absent: 'Missing signature',
      unreadable: 'Invalid signature format',
      wrongSize: 'Invalid signature format',
    },
  }),
  x25519_pub: optional(
    exchangeKeyKind,
    'The X25519 key that other members shall encrypt to. Nobody has looked at it.',
  ),
  x25519_sig: exchangeSignatureField,
  caps: capabilitiesField,
  device: extra(deviceKind, 'Which of the devices of this identity speaks.'),
})
