/**
 * @module The keys of one message: the chain's seed, salted with the key that SPQR gives for the same message, so that
 * who reads must have broken both.
 *
 * | bytes | key |
 * |---|---|
 * | 32 | AES-256-CBC |
 * | 32 | HMAC-SHA-256 |
 * | 16 | initialisation vector |
 */
import type { Primitives } from '@sotto/primitives'
import { messageKeysLabel } from '#labels.ts'

export interface MessageKeys {
  readonly cipherKey: Uint8Array
  readonly macKey: Uint8Array
  readonly iv: Uint8Array
  /** All three, which are views into it. To be wiped. */
  readonly all: Uint8Array
}

export function messageKeys(
  primitives: Primitives,
  seed: Uint8Array,
  spqrKey: Uint8Array,
): MessageKeys {
  const all = primitives.hkdfSha256(spqrKey, seed, messageKeysLabel, 80)
  return { cipherKey: all.subarray(0, 32), macKey: all.subarray(32, 64), iv: all.subarray(64), all }
}
