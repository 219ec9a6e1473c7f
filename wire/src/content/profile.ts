/**
 * @module `profile`. What somebody calls themselves.
 */
import { optional } from '#live/schema.ts'
import { content, nameKind } from '#content/kinds.ts'

export const profile = content('profile', 'What somebody calls themselves.', {
  name: optional(nameKind, 'Absent when they have taken it back.'),
})
