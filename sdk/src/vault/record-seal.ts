/**
 * @module How one record is sealed. Every sealing has a key of its own, so that the nonce can be zero and no count has to
 * be kept: with 24 random bytes two records get the same one after 2^96 writes, not before.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 24 | random: HMAC-SHA-256(data key, "sotto vault record v1" ‖ these) is the record's key |
 * | n + 16 | ChaCha20-Poly1305 with a zero nonce; associated data is collection ‖ 0 ‖ id, so that no record passes for another |
 */
import { type Primitives, wipe } from '@sotto/primitives'
import type { Randomness } from '#ports/clock.ts'
import { draw } from '#vault/deps.ts'

const version = 1
const saltBytes = 24
const sealedAt: number = 1 + saltBytes
const tagBytes = 16

/** How much longer a value becomes. */
export const sealBytes: number = sealedAt + tagBytes

const label = new TextEncoder().encode('sotto vault record v1')
const noNonce = new Uint8Array(12)

/** Where a record stands. */
export interface RecordPlace {
  readonly collection: string
  readonly id: string
}

/** Draws 24 bytes. */
export function sealRecord(
  primitives: Primitives,
  dataKey: Uint8Array,
  random: Randomness,
  place: RecordPlace,
  value: Uint8Array,
): Uint8Array {
  const salt = draw(random, saltBytes)
  const key = primitives.hmacSha256(dataKey, label, salt)
  const sealed = primitives.chaCha20Poly1305.seal(key, noNonce, value, associatedData(place))
  wipe(key)
  const record = new Uint8Array(sealedAt + sealed.length)
  record[0] = version
  record.set(salt, 1)
  record.set(sealed, sealedAt)
  return record
}

/** Undefined when these bytes are not what was sealed for this place with this key. */
export function openRecord(
  primitives: Primitives,
  dataKey: Uint8Array,
  place: RecordPlace,
  record: Uint8Array,
): Uint8Array | undefined {
  if (record.length < sealBytes || record[0] !== version) return undefined
  const key = primitives.hmacSha256(dataKey, label, record.subarray(1, sealedAt))
  const sealed = record.subarray(sealedAt)
  const value = primitives.chaCha20Poly1305.open(key, noNonce, sealed, associatedData(place))
  wipe(key)
  return value
}

/** Neither part can hold a zero. */
function associatedData({ collection, id }: RecordPlace): Uint8Array {
  return new TextEncoder().encode(`${collection}\0${id}`)
}
