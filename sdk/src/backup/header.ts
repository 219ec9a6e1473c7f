/**
 * @module The header of a backup, which stands in clear, and the keys that follow from it. A backup opens with two things
 * that are kept apart: a passphrase of its own, and the 24 words of whoever made it.
 *
 * | bytes | what |
 * |---|---|
 * | 15 | "sotto backup 1" and a line feed |
 * | 9 | Argon2id (RFC 9106): memory in KiB (4, big-endian), passes (4), lanes (1) |
 * | 16 | salt, a new one for every backup |
 * | 32 | HMAC-SHA-256 under the check key over everything before: it tells a wrong passphrase from a damaged file, and binds the file to one key |
 *
 * | secret | how it is made |
 * |---|---|
 * | of the passphrase | Argon2id(passphrase, salt) |
 * | of the words | HKDF-SHA-256(Ed25519 seed of the identity, no salt, "sotto backup words v1") |
 * | chunk key ‖ check key | HKDF-SHA-256(of the passphrase, salt: of the words, "sotto backup keys v1"), 64 bytes |
 */
import { equalBytes, type Primitives, wipe } from '@sotto/primitives'
import type { Argon2Cost } from '@sotto/primitives/argon2'
import { byteQueue } from '#backup/byte-queue.ts'
import { damaged, wrongPassphrase } from '#backup/refusals.ts'
import { argon2Cost, costBytes, readCost, writeCost } from '#vault/argon2-cost.ts'
import { draw, type VaultDeps } from '#vault/deps.ts'
import { passphraseKey } from '#vault/passphrase.ts'

const text = new TextEncoder()
const magic: Uint8Array = text.encode('sotto backup 1\n')
const wordsInfo: Uint8Array = text.encode('sotto backup words v1')
const keysInfo: Uint8Array = text.encode('sotto backup keys v1')

const saltBytes = 16
const keyBytes = 32
const costAt: number = magic.length
const saltAt: number = costAt + costBytes
const checkAt: number = saltAt + saltBytes
export const headerBytes: number = checkAt + keyBytes

export interface OpenedHeader {
  readonly header: Uint8Array
  /** The caller's to wipe. */
  readonly key: Uint8Array
}

/** Draws 16 bytes. */
export async function newHeader(
  deps: VaultDeps,
  passphrase: string,
  ed25519Seed: Uint8Array,
): Promise<OpenedHeader> {
  const header = new Uint8Array(headerBytes)
  header.set(magic)
  writeCost(new DataView(header.buffer), costAt, argon2Cost)
  header.set(draw(deps.random, saltBytes), saltAt)
  const { key, check } = await keysOf(deps, header, argon2Cost, passphrase, ed25519Seed)
  header.set(check, checkAt)
  return { header, key }
}

/** Refuses with 'backup-damaged' what is no header, and with 'wrong-passphrase' what does not open with these. */
export async function openHeader(
  deps: Pick<VaultDeps, 'primitives' | 'argon2id'>,
  header: Uint8Array,
  passphrase: string,
  ed25519Seed: Uint8Array,
): Promise<OpenedHeader> {
  const isBackup =
    header.length === headerBytes && equalBytes(header.subarray(0, magic.length), magic)
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const cost = isBackup ? readCost(view, costAt) : undefined
  if (cost === undefined) throw damaged()
  const { key, check } = await keysOf(deps, header, cost, passphrase, ed25519Seed)
  if (equalBytes(check, header.subarray(checkAt))) return { header, key }
  wipe(key)
  throw wrongPassphrase()
}

/** The header, and whatever comes behind it. */
export async function splitHeader(backup: AsyncIterable<Uint8Array>): Promise<{
  readonly header: Uint8Array
  readonly rest: AsyncIterable<Uint8Array>
}> {
  const pieces = backup[Symbol.asyncIterator]()
  const queue = byteQueue()
  while (queue.length() < headerBytes) {
    const next = await pieces.next()
    if (next.done === true) throw damaged()
    queue.push(next.value)
  }
  const header = queue.take(headerBytes)
  async function* behind(): AsyncGenerator<Uint8Array> {
    try {
      yield queue.take(queue.length())
      for (;;) {
        const next = await pieces.next()
        if (next.done === true) return
        yield next.value
      }
    } finally {
      await pieces.return?.()
    }
  }
  return { header, rest: behind() }
}

async function keysOf(
  { primitives, argon2id }: Pick<VaultDeps, 'primitives' | 'argon2id'>,
  header: Uint8Array,
  cost: Argon2Cost,
  passphrase: string,
  ed25519Seed: Uint8Array,
): Promise<{ readonly key: Uint8Array; readonly check: Uint8Array }> {
  const salt = header.subarray(saltAt, checkAt)
  const ofPassphrase = await passphraseKey(argon2id, passphrase, salt, cost)
  if (ofPassphrase === undefined) throw wrongPassphrase()
  const both = combined(primitives, ofPassphrase, ed25519Seed)
  const key = both.slice(0, keyBytes)
  const check = primitives.hmacSha256(both.subarray(keyBytes), header.subarray(0, checkAt))
  wipe(both)
  return { key, check }
}

function combined(
  primitives: Primitives,
  ofPassphrase: Uint8Array,
  ed25519Seed: Uint8Array,
): Uint8Array {
  const ofWords = primitives.hkdfSha256(undefined, ed25519Seed, wordsInfo, keyBytes)
  const both = primitives.hkdfSha256(ofWords, ofPassphrase, keysInfo, 2 * keyBytes)
  wipe(ofWords, ofPassphrase)
  return both
}
