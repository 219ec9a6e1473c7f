/**
 * @module `watch`. Asks for what waits at some addresses, and for what comes there from now on.
 */
import { list } from '#live/kinds.ts'
import { key32Kind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const watch = message(
  'watch',
  'Asks for what waits at some addresses, and for what comes there from now on.',
  {
    tokens: field(list(key32Kind, 256), 'The addresses.'),
  },
  'ours',
)
