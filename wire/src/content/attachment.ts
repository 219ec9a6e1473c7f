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
    'The ids under which the relay keeps its pieces, in order: UUIDs as bytes.',
  ),
  key: field(secretKind, 'What it is encrypted with. Random, for this file alone.'),
  digest: field(digestKind, 'SHA-256 of the encrypted file, all pieces in a row.'),
  size: field(integer(0), 'Bytes of the file.'),
  padded_size: optional(integer(0), 'Bytes of the file with its padding, before it is encrypted.'),
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
