/**
 * @module HKDF-SHA256 (RFC 5869) by our primitives, in the two stages that HPKE and the responses of oblivious HTTP take
 * one by one.
 */
import type { Primitives } from '@sotto/primitives'
import type { KDF } from 'hpke'
import { concatenate } from '#bytes.ts'

/** RFC 9180 §7.2. */
export const kdfId = 0x0001

const hashBytes = 32

/** §2.2. No salt is one of no bytes: HMAC fills it up with zeros. */
export function extract(
  primitives: Primitives,
  salt: Uint8Array,
  inputKeyMaterial: Uint8Array,
): Uint8Array {
  return primitives.hmacSha256(salt, inputKeyMaterial)
}

/** §2.3. */
export function expand(
  primitives: Primitives,
  key: Uint8Array,
  info: Uint8Array,
  length: number,
): Uint8Array {
  if (length > 255 * hashBytes) {
    throw new RangeError(`Cannot expand key: asked for ${length} bytes of at most 8160`)
  }
  const blocks: Uint8Array[] = []
  let last: Uint8Array = new Uint8Array(0)
  for (let count = 1; (count - 1) * hashBytes < length; count++) {
    last = primitives.hmacSha256(key, last, info, Uint8Array.of(count))
    blocks.push(last)
  }
  return concatenate(blocks).slice(0, length)
}

/** The two as `hpke` wants them. */
export function hkdfSha256(primitives: Primitives): Readonly<KDF> {
  return {
    id: kdfId,
    type: 'KDF',
    name: 'HKDF-SHA256',
    Nh: hashBytes,
    stages: 2,
    Extract: async (salt, inputKeyMaterial) => extract(primitives, salt, inputKeyMaterial),
    Expand: async (key, info, length) => expand(primitives, key, info, length),
    Derive: () => Promise.reject(new TypeError('Cannot derive: HKDF has two stages')),
  }
}
