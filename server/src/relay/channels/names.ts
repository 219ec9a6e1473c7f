/**
 * @module Identities and channels as keys of maps.
 */
import type { ChannelId, IdentityKey } from '@sotto/wire'

/** In hex. */
export function nameOf(bytes: ChannelId | IdentityKey): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')
}

/** Of public keys: how long it takes tells nothing. */
export function isSame(one: IdentityKey, other: IdentityKey): boolean {
  return nameOf(one) === nameOf(other)
}
