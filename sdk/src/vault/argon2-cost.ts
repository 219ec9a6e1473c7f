/**
 * @module What a passphrase's key costs, in nine bytes that stand in clear: memory in KiB (4, big-endian), passes (4),
 * lanes (1). Vaults and backups begin with them.
 */
import type { Argon2Cost } from '@sotto/primitives/argon2'

export const costBytes = 9

const keyBytes = 32

/** 64 MiB gone over three times (RFC 9106 §4, the second choice, with one lane). */
export const argon2Cost: Argon2Cost = {
  memoryKib: 64 * 1024,
  passes: 3,
  parallelism: 1,
  length: keyBytes,
}

/** What bytes may ask for: files are foreign until they are opened. */
const mostMemoryKib: number = 256 * 1024
const mostPasses = 16
const mostLanes = 4

export function writeCost(view: DataView, at: number, cost: Argon2Cost): void {
  view.setUint32(at, cost.memoryKib)
  view.setUint32(at + 4, cost.passes)
  view.setUint8(at + 8, cost.parallelism)
}

/** Undefined for what is no cost, or is more than it may be. */
export function readCost(view: DataView, at: number): Argon2Cost | undefined {
  const memoryKib = view.getUint32(at)
  const passes = view.getUint32(at + 4)
  const parallelism = view.getUint8(at + 8)
  if (passes < 1 || passes > mostPasses) return undefined
  if (parallelism < 1 || parallelism > mostLanes) return undefined
  if (memoryKib < 8 * parallelism || memoryKib > mostMemoryKib) return undefined
  return { memoryKib, passes, parallelism, length: keyBytes }
}
