/**
 * @module Where a post belongs: it opens in this channel only, and as this member's only.
 */

/** Both in hex, 32 bytes each. */
export function placeOfPost(channel: string, author: string): Uint8Array {
  return Uint8Array.fromHex(channel + author)
}
