/**
 * @module How long a backup is made, so that its size says little: Padmé (Nikitin et al., PETS 2019), at least one chunk.
 * It adds at most 12 %, and of all sizes up to some terabytes leaves a few hundred.
 */
import { chunkBytes } from '#backup/chunks.ts'

export function paddedLength(length: number): number {
  if (length <= chunkBytes) return chunkBytes
  const exponent = floorLog2(length)
  const significantBits = floorLog2(exponent) + 1
  const step = 2 ** (exponent - significantBits)
  return Math.ceil(length / step) * step
}

function floorLog2(value: number): number {
  const nearly = Math.floor(Math.log2(value))
  // Just below a power of two the logarithm is rounded up to it.
  return 2 ** nearly > value ? nearly - 1 : nearly
}
