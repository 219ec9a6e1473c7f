/**
 * @module The step of a chain (Double Ratchet §3.1, KDF_CK): each message has a seed, from which its keys are made, and
 * a seed says nothing about those before and behind it.
 */
import type { Primitives } from '@sotto/primitives'

/** What a chain can count to: indexes are uint32. */
export const maxChainIndex = 0xffffffff

const seedInput: Uint8Array = Uint8Array.of(1)
const nextInput: Uint8Array = Uint8Array.of(2)

/** 32 bytes. */
export function messageSeed(primitives: Primitives, chainKey: Uint8Array): Uint8Array {
  return primitives.hmacSha256(chainKey, seedInput)
}

/** 32 bytes. */
export function nextChainKey(primitives: Primitives, chainKey: Uint8Array): Uint8Array {
  return primitives.hmacSha256(chainKey, nextInput)
}
