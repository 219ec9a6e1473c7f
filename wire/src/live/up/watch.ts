/**
 * @module `watch`. Asks for what waits in some mailboxes, and for what comes there from now on.
 */
import { list } from '#live/kinds.ts'
import { key32Kind } from '#live/parts.ts'
import { message, optional } from '#live/schema.ts'

export const watch = message(
  'watch',
  'Asks for what waits in some mailboxes, and for what comes there from now on.',
  {
    tokens: optional(list(key32Kind, 256), 'Mailboxes by their tokens.'),
    keys: optional(
      list(key32Kind, 256),
      'Mailboxes by the reading keys of their addresses. There must be one of the two lists.',
    ),
  },
  'ours',
)
