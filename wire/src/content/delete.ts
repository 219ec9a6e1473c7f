/**
 * @module `delete`. Takes back what one has said.
 */
import { field } from '#live/schema.ts'
import { content, contentIdKind } from '#content/kinds.ts'

export const deletion = content('delete', 'Takes back what one has said.', {
  target: field(contentIdKind, 'The content. One of somebody else stays.'),
})
