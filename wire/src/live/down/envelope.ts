/**
 * @module `envelope`. A sealed message that waited in an oblivious mailbox. Nobody but its reader knows who sent it.
 */
import { idKind, key32Kind, millisKind, payloadKind, secondsKind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const envelope = message(
  'envelope',
  'A sealed message that waited in an oblivious mailbox. Nobody but its reader knows who sent it.',
  {
    token: field(key32Kind, 'The token of the mailbox, or its address if it is watched by a key.'),
    id: field(idKind, 'For `ack`.'),
    payload: field(payloadKind, 'What is sealed.'),
    accepted_at: field(millisKind, 'When the relay accepted it, in milliseconds since 1970.'),
    timestamp: field(secondsKind, 'When the relay accepted it, in seconds since 1970.'),
  },
  'ours',
)
