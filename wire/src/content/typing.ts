/**
 * @module `typing`. Somebody is writing, or has stopped.
 */
import { flag } from '#live/kinds.ts'
import { field } from '#live/schema.ts'
import { content } from '#content/kinds.ts'

export const typing = content('typing', 'Somebody is writing, or has stopped. It is not kept.', {
  on: field(flag(), 'Whether they are.'),
})
