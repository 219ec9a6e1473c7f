/**
 * @module `message`. A sealed message.
 */
import { flag } from '#live/kinds.ts'
import { idKind, keyKind, millisKind, payloadKind, secondsKind } from '#live/parts.ts'
import { extra, field, message, optional } from '#live/schema.ts'

export const directMessage = message('message', 'A sealed message.', {
  sender: field(keyKind, 'Who sent it, as they proved it to the relay.'),
  payload: field(payloadKind, 'What is sealed.'),
  offline: optional(flag(), 'It had waited.'),
  timestamp: optional(secondsKind, 'When the relay accepted it, in seconds since 1970.'),
  id: extra(idKind, 'For `ack`.'),
  accepted_at: extra(millisKind, 'When the relay accepted it, in milliseconds since 1970.'),
})
