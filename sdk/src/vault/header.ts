/**
 * @module The header of a vault, which stands in clear: what the passphrase's key is made with, and the data key under
 * it. Numbers are big-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 4 | Argon2id (RFC 9106): memory in KiB |
 * | 4 | passes |
 * | 1 | lanes |
 * | 16 | salt, a new one for every passphrase |
 * | 48 | the data key: ChaCha20-Poly1305 under the passphrase's key, which seals nothing else and so takes a zero nonce; everything before is associated data |
 */
import type { Argon2Cost } from '@sotto/primitives/argon2'
import { type Primitives, wipe } from '@sotto/primitives'
import { SottoError } from '#errors.ts'
import { argon2Cost, costBytes, readCost, writeCost } from '#vault/argon2-cost.ts'
import { draw, type VaultDeps } from '#vault/deps.ts'
import { passphraseKey } from '#vault/passphrase.ts'

const version = 1
const saltBytes = 16
const keyBytes = 32
const tagBytes = 16
const costAt = 1
const saltAt: number = costAt + costBytes
const wrappedAt: number = saltAt + saltBytes
const headerBytes: number = wrappedAt + keyBytes + tagBytes

const noNonce = new Uint8Array(12)

/** A new header of the data key under the passphrase. Draws 16 bytes. */
export async function wrapDataKey(
  { primitives, argon2id, random }: VaultDeps,
  dataKey: Uint8Array,
  passphrase: string,
): Promise<Uint8Array> {
  const header = new Uint8Array(headerBytes)
  const view = new DataView(header.buffer)
  view.setUint8(0, version)
  writeCost(view, costAt, argon2Cost)
  const salt = draw(random, saltBytes)
  header.set(salt, saltAt)
  const key = await passphraseKey(argon2id, passphrase, salt, argon2Cost)
  if (key === undefined) throw wrongPassphrase()
  const { chaCha20Poly1305 } = primitives
  header.set(chaCha20Poly1305.seal(key, noNonce, dataKey, header.subarray(0, wrappedAt)), wrappedAt)
  wipe(key)
  return header
}

/** The data key, which is the caller's to wipe. Whatever does not open is 'wrong-passphrase', and nothing tells more. */
export async function unwrapDataKey(
  { primitives, argon2id }: Pick<VaultDeps, 'primitives' | 'argon2id'>,
  header: Uint8Array | undefined,
  passphrase: string,
): Promise<Uint8Array> {
  const cost = header === undefined ? undefined : costOf(header)
  if (header === undefined || cost === undefined) {
    throw new SottoError('profile-damaged', 'Cannot unlock profile: its header is none')
  }
  const salt = header.subarray(saltAt, wrappedAt)
  const key = await passphraseKey(argon2id, passphrase, salt, cost)
  if (key === undefined) throw wrongPassphrase()
  const dataKey = open(primitives, key, header)
  wipe(key)
  if (dataKey === undefined) throw wrongPassphrase()
  return dataKey
}

function open(primitives: Primitives, key: Uint8Array, header: Uint8Array): Uint8Array | undefined {
  const associated = header.subarray(0, wrappedAt)
  return primitives.chaCha20Poly1305.open(key, noNonce, header.subarray(wrappedAt), associated)
}

/** Undefined when these bytes are no header, or ask for more than they may. */
function costOf(header: Uint8Array): Argon2Cost | undefined {
  if (header.length !== headerBytes || header[0] !== version) return undefined
  return readCost(new DataView(header.buffer, header.byteOffset, header.byteLength), costAt)
}

function wrongPassphrase(): SottoError {
  return new SottoError('wrong-passphrase', 'Cannot unlock profile: the passphrase does not fit')
}
