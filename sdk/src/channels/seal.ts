/**
 * @module What members of a channel can open, and the relay cannot: encrypted under a key that is made of a secret and 32
 * random bytes, for this one use. What travels has one of 14 sizes.
 *
 * | bytes | content | |
 * |---|---|---|
 * | 32 | random: the salt of HKDF | in clear |
 * | 4 | length of the content, big-endian | encrypted |
 * | | content | encrypted |
 * | | zeros, until all of it has the length of a step from 512 bytes to 4 MiB | encrypted |
 * | 16 | tag | in clear |
 *
 * It proves that its author knows the secret, and nothing else of them.
 */
import type { Primitives } from '@sotto/primitives'
import { padSealedBlock, unpadSealedBlock } from '@sotto/veil/padding/padded-block'
import type { Randomness } from '#ports/clock.ts'

/** What a secret is used for. */
export type SealedFor = 'record' | 'post'

const saltBytes = 32
const keyBytes = 32
/** A key is used once. */
const nonce = new Uint8Array(12)

export const channelSecretBytes = 32

export function sealForMembers(
  primitives: Primitives,
  random: Randomness,
  purpose: SealedFor,
  secret: Uint8Array,
  associatedData: Uint8Array,
  content: Uint8Array,
): Uint8Array {
  const salt = random(saltBytes)
  const key = keyFor(primitives, purpose, secret, salt)
  const sealed = primitives.chaCha20Poly1305.seal(
    key,
    nonce,
    padSealedBlock(content),
    associatedData,
  )
  key.fill(0)
  const whole = new Uint8Array(saltBytes + sealed.length)
  whole.set(salt)
  whole.set(sealed, saltBytes)
  return whole
}

/** Undefined for everything that was not sealed with this secret, for this, with these. */
export function openForMembers(
  primitives: Primitives,
  purpose: SealedFor,
  secret: Uint8Array,
  associatedData: Uint8Array,
  whole: Uint8Array,
): Uint8Array | undefined {
  if (whole.length <= saltBytes) return undefined
  const key = keyFor(primitives, purpose, secret, whole.subarray(0, saltBytes))
  const sealed = whole.subarray(saltBytes)
  const block = primitives.chaCha20Poly1305.open(key, nonce, sealed, associatedData)
  key.fill(0)
  return block && unpadSealedBlock(block)
}

function keyFor(
  primitives: Primitives,
  purpose: SealedFor,
  secret: Uint8Array,
  salt: Uint8Array,
): Uint8Array {
  const info = new TextEncoder().encode(`sotto/channel/${purpose}/1`)
  return primitives.hkdfSha256(salt, secret, info, keyBytes)
}
