/**
 * @module A file that comes with a text: where it lies, sealed, and what opens it.
 */
import { bytes, integer, list, text } from '#live/kinds.ts'
import { field, optional, type ValuesOf } from '#live/schema.ts'
import { digestKind, secretKind } from '#content/kinds.ts'
import {
  maxAttachmentPieces,
  maxFileNameCharacters,
  maxImageSide,
  maxMediaTypeCharacters,
  maxThumbnailBytes,
} from '#content/limits.ts'

export const attachmentFields = {
  pieces: field(
    list(bytes(16), maxAttachmentPieces),
    'The ids under which the relay keeps its pieces, in order, or the lists of them: UUIDs as bytes.',
  ),
  depth: field(
    integer(0, 1),
    '0 when `pieces` are those of the file, 1 when they are lists that name those of the file.',
  ),
  key: field(secretKind, 'What it is encrypted with. Random, for this file alone.'),
  digest: field(
    digestKind,
    'Of the encrypted file: 32 zero bytes, and for each piece the SHA-256 of what was before and the piece.',
  ),
  size: field(integer(0), 'Bytes of the file, from which follow its padding and its pieces.'),
  media_type: field(
    text(maxMediaTypeCharacters),
    'What it is, as the author says: `image/jpeg`. Nobody has looked.',
  ),
  name: optional(text(maxFileNameCharacters), 'Its name. It is no path.'),
  width: optional(integer(1, maxImageSide), 'Of a picture, in pixels.'),
  height: optional(integer(1, maxImageSide), 'Of a picture, in pixels.'),
  thumbnail: optional(bytes(0, maxThumbnailBytes), 'A small picture of it.'),
}

export type Attachment = ValuesOf<typeof attachmentFields>
