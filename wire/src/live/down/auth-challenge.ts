/**
 * @module `auth_challenge`. The first frame of every connection: what to sign.
 */
import { capabilitiesField, key32Kind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const authChallenge = message(
  'auth_challenge',
  'The first frame of every connection: what to sign.',
  {
    nonce: field(key32Kind, 'Drawn for this connection.'),
    caps: capabilitiesField,
  },
)
