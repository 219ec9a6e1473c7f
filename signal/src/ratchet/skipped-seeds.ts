/**
 * @module The seeds of messages that were overtaken, in one byte string that is stored as it stands: reading a session
 * costs nothing for them, and taking one out is one copy.
 *
 * | bytes of an entry | |
 * |---|---|
 * | 4 | index, big-endian; each is larger than the one before |
 * | 32 | seed |
 */
import { maxSkippedKeys } from '#limits.ts'

/** Never changed: what adds or takes makes a new one. */
export type SkippedSeeds = Uint8Array

export const skippedSeedBytes = 36
export const noSkippedSeeds: SkippedSeeds = new Uint8Array()

const indexBytes = 4

/** The seed's 32 bytes, copied, and the others. Undefined when it is not there. */
export function takeSkippedSeed(
  skipped: SkippedSeeds,
  index: number,
): { readonly seed: Uint8Array; readonly rest: SkippedSeeds } | undefined {
  const at = find(skipped, index)
  if (at === undefined) return undefined
  const behind = at + skippedSeedBytes
  const rest = new Uint8Array(skipped.length - skippedSeedBytes)
  rest.set(skipped.subarray(0, at))
  rest.set(skipped.subarray(behind), at)
  return { seed: skipped.slice(at + indexBytes, behind), rest }
}

/**
 * Those before and the seeds of the messages from `firstIndex` on, of all the newest 2000. At most so many may be added
 * at once.
 */
export function addSkippedSeeds(
  skipped: SkippedSeeds,
  firstIndex: number,
  seeds: readonly Uint8Array[],
): SkippedSeeds {
  if (seeds.length === 0) return skipped
  const kept = Math.min(skipped.length, (maxSkippedKeys - seeds.length) * skippedSeedBytes)
  const result = new Uint8Array(kept + seeds.length * skippedSeedBytes)
  result.set(skipped.subarray(skipped.length - kept))
  let at = kept
  for (const [i, seed] of seeds.entries()) {
    writeIndex(result, at, firstIndex + i)
    result.set(seed, at + indexBytes)
    at += skippedSeedBytes
  }
  return result
}

/** Whether the bytes are such a list, for a chain that has come to `chainIndex`. */
export function isSkippedSeeds(bytes: Uint8Array, chainIndex: number): boolean {
  if (bytes.length % skippedSeedBytes !== 0) return false
  if (bytes.length > maxSkippedKeys * skippedSeedBytes) return false
  let before = -1
  for (let at = 0; at < bytes.length; at += skippedSeedBytes) {
    const index = readIndex(bytes, at)
    if (index <= before || index >= chainIndex) return false
    before = index
  }
  return true
}

/** Where the entry stands, by halving. */
function find(skipped: SkippedSeeds, index: number): number | undefined {
  let low = 0
  let high = skipped.length / skippedSeedBytes - 1
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = readIndex(skipped, middle * skippedSeedBytes)
    if (found === index) return middle * skippedSeedBytes
    if (found < index) low = middle + 1
    else high = middle - 1
  }
  return undefined
}

function readIndex(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number)) >>>
    0
  )
}

function writeIndex(bytes: Uint8Array, at: number, index: number): void {
  bytes[at] = index >>> 24
  bytes[at + 1] = index >>> 16
  bytes[at + 2] = index >>> 8
  bytes[at + 3] = index
}
