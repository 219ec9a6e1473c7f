/**
 * @module `timer`. How long texts of this conversation stay from now on.
 */
import { integer } from '#live/kinds.ts'
import { field } from '#live/schema.ts'
import { content } from '#content/kinds.ts'
import { maxSeconds } from '#content/limits.ts'

export const timer = content('timer', 'How long texts of this conversation stay from now on.', {
  seconds: field(integer(0, maxSeconds), 'So long after they were read; 0 for ever.'),
})
