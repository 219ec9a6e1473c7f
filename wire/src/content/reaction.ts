/**
 * @module `reaction`. One sign to what somebody said.
 */
import { text } from '#live/kinds.ts'
import { field } from '#live/schema.ts'
import { content, contentIdKind } from '#content/kinds.ts'
import { maxEmojiCharacters } from '#content/limits.ts'

export const reaction = content('reaction', 'One sign to what somebody said.', {
  target: field(contentIdKind, 'The content that it is about.'),
  emoji: field(
    text(maxEmojiCharacters),
    'The sign. It replaces the one before; an empty one takes it back.',
  ),
})
