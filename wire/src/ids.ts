/**
 * @module Ids as bytes, and their texts.
 *
 * | id | bytes | text |
 * |---|---|---|
 * | MailboxId | 32 | lower-case hex, and only that: it is a key in many maps, and never leaves the relay |
 * | EnvelopeId | 16 | UUID (RFC 9562), lower case with hyphens |
 * | AccountId | 16 | UUID |
 * | BlobId | 16 | UUID |
 * | IdentityKey | 32 | lower-case hex where a text is needed: an Ed25519 public key |
 * | ChannelId | 1 to 64, 32 from every client we know | lower-case hex where a text is needed |
 */
import type { Brand } from '#brand.ts'

/** 64 hex digits, lower case. */
export type MailboxId = Brand<string, 'MailboxId'>
export type EnvelopeId = Brand<Uint8Array, 'EnvelopeId'>
export type AccountId = Brand<Uint8Array, 'AccountId'>
export type BlobId = Brand<Uint8Array, 'BlobId'>
export type IdentityKey = Brand<Uint8Array, 'IdentityKey'>
export type ChannelId = Brand<Uint8Array, 'ChannelId'>

export const mailboxIdBytes = 32
export const uuidBytes = 16

/**
 * Reads the UUID texts that Obscura's clients may use in a path: hyphenated, 32 hex digits, `{braced}` or
 * `urn:uuid:`, in either case. Any version. Returns undefined for everything else.
 */
export function parseUuid(text: string): Uint8Array | undefined {
  if (text.length === 36) return parseHyphenated(text)
  if (text.length === 38 && text.startsWith('{') && text.endsWith('}')) {
    return parseHyphenated(text.slice(1, -1))
  }
  if (text.length === 45 && text.slice(0, 9).toLowerCase() === 'urn:uuid:') {
    return parseHyphenated(text.slice(9))
  }
  return text.length === 32 ? parseHex(text) : undefined
}

function parseHyphenated(text: string): Uint8Array | undefined {
  if (text[8] !== '-' || text[13] !== '-' || text[18] !== '-' || text[23] !== '-') return undefined
  return parseHex(
    text.slice(0, 8) + text.slice(9, 13) + text.slice(14, 18) + text.slice(19, 23) + text.slice(24),
  )
}

function parseHex(digits: string): Uint8Array | undefined {
  const bytes = new Uint8Array(uuidBytes)
  for (let i = 0; i < uuidBytes; i++) {
    const high = hexValue(digits.charCodeAt(2 * i))
    const low = hexValue(digits.charCodeAt(2 * i + 1))
    if (high < 0 || low < 0) return undefined
    bytes[i] = (high << 4) | low
  }
  return bytes
}

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  if (code >= 0x61 && code <= 0x66) return code - 0x57
  if (code >= 0x41 && code <= 0x46) return code - 0x37
  return -1
}

const hexPairs = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

/** Writes 16 bytes as a UUID: lower case, with hyphens. */
export function formatUuid(bytes: Uint8Array): string {
  if (bytes.length !== uuidBytes) {
    throw new RangeError(`Cannot format UUID: ${bytes.length} bytes of ${uuidBytes}`)
  }
  let text = ''
  for (let i = 0; i < uuidBytes; i++) {
    if (i === 4 || i === 6 || i === 8 || i === 10) text += '-'
    text += hexPairs[bytes[i] as number]
  }
  return text
}

/** Turns 16 random bytes into a version 4 UUID (RFC 9562 §5.4), in place. */
export function markUuidV4<T extends Uint8Array>(bytes: T): T {
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return bytes
}
