/**
 * @module BLAKE2s (RFC 7693), by noble everywhere: no platform offers it with a key.
 */
import { blake2s as hash } from '@noble/hashes/blake2.js'
import type { Primitives } from '#provider.ts'
import { requireBetween } from '#sizes.ts'

export const blake2s: Primitives['blake2s'] = (data, { key, length = 32 } = {}) => {
  requireBetween('length', length, 1, 32)
  if (key !== undefined) requireBetween('length of the key', key.length, 0, 32)
  return hash(data, { dkLen: length, ...(key !== undefined && key.length > 0 && { key }) })
}
