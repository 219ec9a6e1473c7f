/**
 * @module `again`. What could not be decrypted, said once more; or that it cannot be.
 */
import { bytes } from '#live/kinds.ts'
import { field, optional } from '#live/schema.ts'
import { content } from '#content/kinds.ts'
import { maxAgainBytes, unreadableDigestBytes } from '#content/limits.ts'

export const again = content(
  'again',
  'The answer to `unreadable`, one for each digest: what could not be decrypted, said once more.',
  {
    digest: field(bytes(unreadableDigestBytes), 'Which, as `unreadable` named it.'),
    content: optional(
      bytes(0, maxAgainBytes),
      'A content as it was written, never `again`. Absent when its author has it no more.',
    ),
  },
)
