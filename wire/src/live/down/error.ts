/**
 * @module `error`. Something was not done. The connection stays.
 */
import { either, integer, text } from '#live/kinds.ts'
import { idKind } from '#live/parts.ts'
import { extra, field, message, optional } from '#live/schema.ts'

export const error = message('error', 'Something was not done. The connection stays.', {
  code: optional(
    either(integer(), text(64)),
    'A number such as 400; in some versions a word, in others absent.',
  ),
  message: field(text(1024), 'For people.'),
  code_str: extra(text(64), 'For machines.'),
  re: extra(idKind, 'The `client_id` of what this is about.'),
})
