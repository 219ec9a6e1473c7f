/**
 * @module `unwatch`. Takes a `watch` back.
 */
import { list } from '#live/kinds.ts'
import { key32Kind } from '#live/parts.ts'
import { field, message } from '#live/schema.ts'

export const unwatch = message(
  'unwatch',
  'Takes a `watch` back.',
  {
    tokens: field(list(key32Kind, 256), 'The addresses.'),
  },
  'ours',
)
