/**
 * @module Refresh tokens: 32 random bytes as base64url without padding, 43 characters. Only the SHA-256 of the text is
 * ever stored.
 */
import { createHash } from 'node:crypto'
import type { Randomness } from '#relay/clock.ts'

const tokenBytes = 32

export function drawRefreshToken(randomness: Randomness): string {
  return Buffer.from(randomness.bytes(tokenBytes)).toString('base64url')
}

/** 32 bytes. Any text has a hash, so that nonsense is refused by not being found. */
export function hashRefreshToken(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}
