/**
 * @module Argon2id (RFC 9106) as both sides offer it, and what they refuse alike.
 */
import { requireBetween } from '#sizes.ts'

export interface Argon2Cost {
  /** m: memory in KiB, at least 8 for each lane. */
  readonly memoryKib: number
  /** t: how often the memory is gone over. */
  readonly passes: number
  /** p: lanes. */
  readonly parallelism: number
  /** Bytes of the result. */
  readonly length: number
}

/** `salt` has at least 8 bytes, 16 are customary (RFC 9106 §3.1). */
export type Argon2id = (
  password: Uint8Array,
  salt: Uint8Array,
  cost: Argon2Cost,
) => Promise<Uint8Array>

/** Throws a `RangeError` for what RFC 9106 §3.1 does not allow, or what no machine of ours has. */
export function requireArgon2(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost): void {
  // Not every library takes an empty one.
  requireBetween('length of the password', password.length, 1, 2 ** 20)
  requireBetween('length of the salt', salt.length, 8, 1024)
  requireBetween('parallelism', cost.parallelism, 1, 255)
  requireBetween('memoryKib', cost.memoryKib, 8 * cost.parallelism, 2 ** 21)
  requireBetween('passes', cost.passes, 1, 2 ** 16)
  requireBetween('length', cost.length, 4, 1024)
}
