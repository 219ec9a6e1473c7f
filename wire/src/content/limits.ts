/**
 * @module How much fits into what people say to each other. Characters are UTF-16 units, as JavaScript counts them.
 */

/** Of every id of a content: drawn at random by its author. */
export const contentIdBytes = 16
/** Of the name of a kind, so that an unknown one can be kept and shown. */
export const maxTypeCharacters = 32

export const maxBodyCharacters = 20_000
export const maxMentions = 64
export const maxEmojiCharacters = 32

export const maxAttachments = 16
/** Of one attachment, so that what names it stays small: a file of more pieces has lists that name them. */
export const maxAttachmentPieces = 64
export const maxMediaTypeCharacters = 128
export const maxFileNameCharacters = 256
export const maxThumbnailBytes = 16_384
export const maxImageSide = 65_535

/** Ids in one list of receipts. */
export const maxReceipts = 512
/** Digests in one report of what could not be decrypted. */
export const maxUnreadable = 64
/** Of what could not be decrypted: the beginning of its SHA-256. */
export const unreadableDigestBytes = 16
/** Of a content that is said again: as long as one may be that goes through every forwarder. */
export const maxAgainBytes = 30_000

export const maxRelayCharacters = 512
export const maxNameCharacters = 64
export const maxRequestCharacters = 2000

export const maxSenderKeyBytes = 1024
export const maxInviteTokenCharacters = 128

export const maxCallStepCharacters = 32
export const maxCallPayloadBytes = 16_384

/** 4 MiB, the largest sealed envelope, less what the seal and the entries around a body take. */
export const maxLetterBodyBytes: number = 4 * 1024 * 1024 - 256

/** The last moment that a JavaScript `Date` can name. */
export const maxMillis = 8_640_000_000_000_000
/** Some 136 years. */
export const maxSeconds = 0xffff_ffff
