/**
 * @module `message`. Hands on a sealed message to one person.
 */
import { clientIdField, deviceKind, keyKind, missing, payloadKind } from '#live/parts.ts'
import { extra, field, message } from '#live/schema.ts'

export const directMessage = message('message', 'Hands on a sealed message to one person.', {
  recipient: field(keyKind, 'Who shall have it: their Ed25519 key.', missing('recipient')),
  payload: field(
    payloadKind,
    'What is sealed. The relay does not look into it.',
    missing('payload'),
  ),
  client_id: clientIdField,
  device: extra(deviceKind, 'For one device of the recipient only.'),
})
