/**
 * @module What people say to each other, as bytes: contents, which a ratchet encrypts, and the letters around them, which
 * a seal does.
 */
export { attachmentFields, type Attachment } from '#content/attachment.ts'
export { readContent, writeContent, type ReadContent } from '#content/codec.ts'
export {
  contentKinds,
  contentVersion,
  type Content,
  type ContentOf,
  type ContentType,
} from '#content/content.ts'
export type { OwnPlace } from '#content/hello.ts'
export { letterFields, readLetter, writeLetter, type Letter } from '#content/letter.ts'
export {
  contentIdBytes,
  maxAgainBytes,
  maxAttachmentPieces,
  maxAttachments,
  maxBodyCharacters,
  maxCallPayloadBytes,
  maxCallStepCharacters,
  maxEmojiCharacters,
  maxFileNameCharacters,
  maxImageSide,
  maxInviteTokenCharacters,
  maxLetterBodyBytes,
  maxMediaTypeCharacters,
  maxMentions,
  maxMillis,
  maxNameCharacters,
  maxReceipts,
  maxRelayCharacters,
  maxRequestCharacters,
  maxSeconds,
  maxSenderKeyBytes,
  maxThumbnailBytes,
  maxTypeCharacters,
  maxUnreadable,
  unreadableDigestBytes,
} from '#content/limits.ts'
