/**
 * @module A snapshot as it lies at the relay: in parts, each in an envelope of the mailbox that only the identity's own
 * devices read. Numbers are big-endian.
 *
 * | bytes | of a part, inside its seal |
 * |---|---|
 * | 1 | version, 1 |
 * | 8 | counter: of two snapshots the one with the greater one is newer |
 * | 32 | SHA-256 of the whole snapshot |
 * | 2 | which part, from 0 |
 * | 2 | of how many, 1 to 64 |
 * | n | the piece |
 * | 32 | HMAC-SHA-256 over everything before |
 *
 * The seal is HPKE to the own identity (`@sotto/veil/seal/seal`) with info "sotto/snapshot/1" and the address as associated data.
 * Whoever learns the address can seal as well, so that the seal proves nothing: the MAC does, under
 * HKDF-SHA-256(Ed25519 seed, no salt, "sotto snapshot mac v1"). No part is larger than the 32 KiB step of the ladder.
 */
import { equalBytes, type Primitives, wipe } from '@sotto/primitives'
import { openSealed, sealTo } from '@sotto/veil/seal/seal'
import { addressOf, ownReadingKey } from '#contacts/reading-keys.ts'
import type { Device } from '#sessions/device.ts'

export interface Part {
  readonly counter: number
  /** In hex. */
  readonly digest: string
  readonly index: number
  readonly count: number
  readonly piece: Uint8Array
}

const text = new TextEncoder()
const info: Uint8Array = text.encode('sotto/snapshot/1')
const macInfo: Uint8Array = text.encode('sotto snapshot mac v1')

const version = 1
const counterAt = 1
const digestAt = 9
const digestBytes = 32
const indexAt: number = digestAt + digestBytes
const countAt: number = indexAt + 2
const pieceAt: number = countAt + 2
const macBytes = 32

/** Of an envelope: every forwarder carries it. */
const mostEnvelopeBytes = 32 * 1024
const sealBytes = 52
export const mostPieceBytes: number = mostEnvelopeBytes - sealBytes - pieceAt - macBytes
export const mostParts = 64
/** Some 8,000 contacts. */
export const mostSnapshotBytes: number = mostParts * mostPieceBytes

type Owner = Pick<Device, 'primitives' | 'identity'>

/** Where it lies. */
export function selfAddress(device: Owner): Uint8Array {
  return addressOf(device, ownReadingKey(device, 'self'))
}

/** More than `mostSnapshotBytes` is a `RangeError`. */
export function splitSnapshot(
  { primitives }: Pick<Device, 'primitives'>,
  counter: number,
  snapshot: Uint8Array,
): readonly Part[] {
  const count = Math.max(1, Math.ceil(snapshot.length / mostPieceBytes))
  if (count > mostParts) {
    throw new RangeError(`Cannot split a snapshot: it needs ${count} parts of ${mostParts}`)
  }
  const digest = primitives.sha256(snapshot).toHex()
  return Array.from({ length: count }, (_, index) => {
    const piece = snapshot.subarray(index * mostPieceBytes, (index + 1) * mostPieceBytes)
    return { counter, digest, index, count, piece }
  })
}

/** Undefined when not all of them are there, or they are not what was split. */
export function joinParts(
  { primitives }: Pick<Device, 'primitives'>,
  parts: readonly Part[],
): Uint8Array | undefined {
  const [first] = parts
  if (first === undefined) return undefined
  const byIndex = new Map(parts.map((part) => [part.index, part.piece]))
  if (byIndex.size !== first.count) return undefined
  const pieces = Array.from({ length: first.count }, (_, index) => byIndex.get(index))
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + (piece?.length ?? 0), 0))
  let at = 0
  for (const piece of pieces) {
    if (piece === undefined) return undefined
    whole.set(piece, at)
    at += piece.length
  }
  return primitives.sha256(whole).toHex() === first.digest ? whole : undefined
}

/** Draws 32 bytes. */
export async function sealPart(
  device: Pick<Device, 'primitives' | 'identity' | 'random'>,
  part: Part,
): Promise<Uint8Array> {
  const { primitives, random, identity } = device
  const bytes = writePart(device, part)
  const key = identity.keyPair.publicKey
  const sealed = await sealTo(primitives, random, key, info, selfAddress(device), bytes)
  wipe(bytes)
  if (sealed === undefined) throw new TypeError('Cannot seal: the own key is none')
  return sealed
}

/** Undefined for everything that the holder of the identity has not sealed. */
export async function openPart(device: Owner, payload: Uint8Array): Promise<Part | undefined> {
  if (payload.length > mostEnvelopeBytes) return undefined
  const { primitives, identity } = device
  const key = identity.keyPair.privateKey
  const bytes = await openSealed(primitives, key, info, selfAddress(device), payload)
  return bytes === undefined ? undefined : readPart(device, bytes)
}

function writePart(device: Owner, { counter, digest, index, count, piece }: Part): Uint8Array {
  const bytes = new Uint8Array(pieceAt + piece.length + macBytes)
  const view = new DataView(bytes.buffer)
  bytes[0] = version
  view.setBigUint64(counterAt, BigInt(counter))
  bytes.set(Uint8Array.fromHex(digest), digestAt)
  view.setUint16(indexAt, index)
  view.setUint16(countAt, count)
  bytes.set(piece, pieceAt)
  const macAt = pieceAt + piece.length
  bytes.set(macOf(device, bytes.subarray(0, macAt)), macAt)
  return bytes
}

function readPart(device: Owner, bytes: Uint8Array): Part | undefined {
  const macAt = bytes.length - macBytes
  if (macAt < pieceAt || bytes[0] !== version) return undefined
  if (!equalBytes(macOf(device, bytes.subarray(0, macAt)), bytes.subarray(macAt))) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const counter = Number(view.getBigUint64(counterAt))
  const index = view.getUint16(indexAt)
  const count = view.getUint16(countAt)
  if (!Number.isSafeInteger(counter) || count < 1 || count > mostParts || index >= count) {
    return undefined
  }
  const digest = bytes.subarray(digestAt, indexAt).toHex()
  return { counter, digest, index, count, piece: bytes.slice(pieceAt, macAt) }
}

function macOf({ primitives, identity }: Owner, bytes: Uint8Array): Uint8Array {
  const key = macKeyOf(primitives, identity.ed25519Seed)
  const mac = primitives.hmacSha256(key, bytes)
  wipe(key)
  return mac
}

function macKeyOf(primitives: Primitives, ed25519Seed: Uint8Array): Uint8Array {
  return primitives.hkdfSha256(undefined, ed25519Seed, macInfo, 32)
}
