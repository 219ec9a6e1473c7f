/**
 * @module `unreadable`. What came and could not be decrypted, so that its sender can say it again.
 */
import { bytes, flag, list } from '#live/kinds.ts'
import { field } from '#live/schema.ts'
import { content } from '#content/kinds.ts'
import { maxUnreadable, unreadableDigestBytes } from '#content/limits.ts'

export const unreadable = content(
  'unreadable',
  'What came and could not be decrypted, so that its sender can say it again. Told to contacts only.',
  {
    digests: field(
      list(bytes(unreadableDigestBytes), maxUnreadable),
      'Of the body of each letter the first 16 bytes of its SHA-256.',
    ),
    reset: field(flag(), 'Whether the sender shall begin a new session.'),
  },
)
