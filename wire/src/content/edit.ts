/**
 * @module `edit`. Other words for a text of one's own.
 */
import { text } from '#live/kinds.ts'
import { field } from '#live/schema.ts'
import { content, contentIdKind } from '#content/kinds.ts'
import { maxBodyCharacters } from '#content/limits.ts'

export const edit = content('edit', "Other words for a text of one's own.", {
  target: field(contentIdKind, 'The text. One of somebody else stays as it is.'),
  body: field(text(maxBodyCharacters), 'Its words from now on.'),
})
