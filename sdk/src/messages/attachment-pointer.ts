/**
 * @module Pointers to files, as contents carry them and as messages keep them.
 */
import type { ContentOf } from '@sotto/wire/content'
import { fileName } from '#attachments/file-name.ts'
import type { AttachmentPointer } from '#messages/message.ts'

type InContent = NonNullable<ContentOf<'text'>['attachments']>[number]

export function attachmentPointer(attachment: InContent): AttachmentPointer {
  const { pieces, depth, key, digest, size, media_type, name, width, height, thumbnail } =
    attachment
  return {
    pieces: pieces.map((piece) => piece.toHex()),
    depth: depth === 0 ? 0 : 1,
    key: key.toHex(),
    digest: digest.toHex(),
    size,
    mediaType: media_type,
    // Whoever sent it may call it what they like.
    name: name === undefined ? undefined : fileName(name),
    width,
    height,
    thumbnail: thumbnail?.toHex(),
  }
}

export function attachmentContent(pointer: AttachmentPointer): InContent {
  const { pieces, depth, key, digest, size, mediaType, name, width, height, thumbnail } = pointer
  return {
    pieces: pieces.map((piece) => Uint8Array.fromHex(piece)),
    depth,
    key: Uint8Array.fromHex(key),
    digest: Uint8Array.fromHex(digest),
    size,
    media_type: mediaType,
    name,
    width,
    height,
    thumbnail: thumbnail === undefined ? undefined : Uint8Array.fromHex(thumbnail),
  }
}
