/**
 * @module `ack`. Says that messages have arrived and may go.
 */
import { list } from '#live/kinds.ts'
import { idKind, key32Kind } from '#live/parts.ts'
import { field, message, optional } from '#live/schema.ts'

export const ack = message(
  'ack',
  'Says that messages have arrived and may go.',
  {
    ids: field(list(idKind, 1000), 'Of the messages.'),
    token: optional(
      key32Kind,
      'The token or the address of the mailbox they were collected from, when it was not the own one.',
    ),
  },
  'ours',
)
