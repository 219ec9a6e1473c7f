/**
 * @module Who the owner of a profile is, as it rests in the vault: collection `self`, id `identity`. Numbers are
 * big-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 32 | Ed25519 seed of the identity |
 * | 2 | registration id, 1 to 0x3fff |
 * | 8 | when the profile was made, milliseconds since 1970 |
 */
import type { RecordPlace } from '#vault/record-seal.ts'

export interface Self {
  readonly ed25519Seed: Uint8Array
  readonly registrationId: number
  readonly createdAtMillis: number
}

export const selfPlace: RecordPlace = { collection: 'self', id: 'identity' }

/** The largest that the Signal Protocol gives. */
export const maxRegistrationId = 0x3fff

const version = 1
const seedBytes = 32
const registrationAt: number = 1 + seedBytes
const createdAt: number = registrationAt + 2
const recordBytes: number = createdAt + 8

export function writeSelf(self: Self): Uint8Array {
  const record = new Uint8Array(recordBytes)
  const view = new DataView(record.buffer)
  record[0] = version
  record.set(self.ed25519Seed, 1)
  view.setUint16(registrationAt, self.registrationId)
  view.setBigUint64(createdAt, BigInt(self.createdAtMillis))
  return record
}

/** Undefined for whatever `writeSelf` would not write. The bytes are copied. */
export function readSelf(record: Uint8Array): Self | undefined {
  if (record.length !== recordBytes || record[0] !== version) return undefined
  const view = new DataView(record.buffer, record.byteOffset, record.byteLength)
  const registrationId = view.getUint16(registrationAt)
  if (registrationId < 1 || registrationId > maxRegistrationId) return undefined
  const createdAtMillis = Number(view.getBigUint64(createdAt))
  if (!Number.isSafeInteger(createdAtMillis)) return undefined
  const ed25519Seed = new Uint8Array(record.subarray(1, registrationAt))
  return { ed25519Seed, registrationId, createdAtMillis }
}
