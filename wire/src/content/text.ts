/**
 * @module `text`. Words, and files that come with them.
 */
import { integer, list, text as textKind } from '#live/kinds.ts'
import { field, optional, record } from '#live/schema.ts'
import { attachmentFields } from '#content/attachment.ts'
import { content, contentIdKind, identityKind } from '#content/kinds.ts'
import { maxAttachments, maxBodyCharacters, maxMentions, maxSeconds } from '#content/limits.ts'

export const text = content('text', 'Words, and files that come with them.', {
  body: field(textKind(maxBodyCharacters), 'The words. Empty when there are only files.'),
  reply_to: optional(contentIdKind, 'The content that it answers.'),
  mentions: optional(list(identityKind, maxMentions), 'Who is spoken of.'),
  timer: optional(integer(1, maxSeconds), 'It disappears so many seconds after it was read.'),
  attachments: optional(list(record(attachmentFields), maxAttachments), 'The files.'),
})
