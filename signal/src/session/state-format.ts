/**
 * @module One session as it is stored. The format is ours and never travels.
 *
 * | bytes | |
 * |---|---|
 * | 32, 32, 32 | base key, local identity key, remote identity key |
 * | 4, 4 | local and remote registration id |
 * | 32 | root key |
 * | 32, 32 | own ratchet key: public, private |
 * | 32, 4 | sending chain: key, index |
 * | 4 | previous counter |
 * | 1 | number of receiving chains, then each: |
 * | · 32, 32, 4 | ratchet key, chain key, index |
 * | · 2, n · 36 | number of skipped seeds, then these (`ratchet/skipped-seeds.ts`) |
 * | 1 | 1 if the peer has not answered, and then: |
 * | · 1, 4 | whether there was a one-time prekey, its id or 0 |
 * | · 4, 4 | ids of signed prekey and Kyber prekey |
 * | · 6 | seconds since 1970 when the session was made |
 * | · 1568 | Kyber ciphertext |
 * | the rest | SPQR (`spqr/state-format.ts`) |
 */
import { wipe } from '@sotto/primitives'
import { curveKeyBytes, kyberCiphertextBytes } from '#keys/serialized-key.ts'
import { maxReceiverChains } from '#limits.ts'
import type { ReceiverChain } from '#ratchet/receiver-chain.ts'
import { isSkippedSeeds, skippedSeedBytes } from '#ratchet/skipped-seeds.ts'
import { FieldReader, FieldWriter } from '#session/byte-fields.ts'
import type { PendingPrekeys, SessionState } from '#session/session-state.ts'
import { readSpqrState, writeSpqrState } from '#spqr/state-format.ts'

const keyBytes = curveKeyBytes
const fixedBytes = 7 * keyBytes + 4 * 4 + 1 + 1
const chainBytes = 2 * keyBytes + 4 + 2
const pendingBytes = 1 + 3 * 4 + 6 + kyberCiphertextBytes

export function writeSessionState(state: SessionState): Uint8Array {
  const { sender, receivers, pending } = state
  const spqr = writeSpqrState(state.spqr)
  let size = fixedBytes + spqr.length + (pending === undefined ? 0 : pendingBytes)
  for (const chain of receivers) size += chainBytes + chain.skipped.length

  const writer = new FieldWriter(size)
  writer.raw(state.baseKey)
  writer.raw(state.localIdentity)
  writer.raw(state.remoteIdentity)
  writer.uint32(state.localRegistrationId)
  writer.uint32(state.remoteRegistrationId)
  writer.raw(state.rootKey)
  writer.raw(sender.ratchet.publicKey)
  writer.raw(sender.ratchet.privateKey)
  writer.raw(sender.chainKey)
  writer.uint32(sender.index)
  writer.uint32(state.previousCounter)
  writer.byte(receivers.length)
  for (const chain of receivers) {
    writer.raw(chain.ratchetKey)
    writer.raw(chain.chainKey)
    writer.uint32(chain.index)
    writer.uint16(chain.skipped.length / skippedSeedBytes)
    writer.raw(chain.skipped)
  }
  writer.flag(pending !== undefined)
  if (pending !== undefined) writePending(writer, pending)
  writer.raw(spqr)
  wipe(spqr)
  return writer.bytes
}

/**
 * Views into `bytes`, which are the session's from then on: nobody else may change or need them. Undefined when they are
 * no session.
 */
export function readSessionState(bytes: Uint8Array): SessionState | undefined {
  const reader = new FieldReader(bytes)
  const baseKey = reader.bytes(keyBytes)
  const localIdentity = reader.bytes(keyBytes)
  const remoteIdentity = reader.bytes(keyBytes)
  const localRegistrationId = reader.uint32()
  const remoteRegistrationId = reader.uint32()
  const rootKey = reader.bytes(keyBytes)
  const ratchet = { publicKey: reader.bytes(keyBytes), privateKey: reader.bytes(keyBytes) }
  const sender = { ratchet, chainKey: reader.bytes(keyBytes), index: reader.uint32() }
  const previousCounter = reader.uint32()
  const receivers = readReceivers(reader)
  const pending = reader.flag() ? readPending(reader) : undefined
  if (receivers === undefined || reader.failed) return undefined
  const spqrBytes = reader.rest()
  const spqr = readSpqrState(spqrBytes)
  // What it holds is a copy of its own, and must be the only one.
  wipe(spqrBytes)
  if (spqr === undefined) return undefined
  return {
    baseKey,
    localIdentity,
    remoteIdentity,
    localRegistrationId,
    remoteRegistrationId,
    rootKey,
    sender,
    previousCounter,
    receivers,
    spqr,
    pending,
  }
}

/** The base key of a stored session, without reading the rest. */
export function peekBaseKey(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, keyBytes)
}

function readReceivers(reader: FieldReader): readonly ReceiverChain[] | undefined {
  const count = reader.byte()
  if (count > maxReceiverChains) return undefined
  const receivers: ReceiverChain[] = []
  for (let i = 0; i < count; i++) {
    const ratchetKey = reader.bytes(keyBytes)
    const chainKey = reader.bytes(keyBytes)
    const index = reader.uint32()
    const skipped = reader.bytes(reader.uint16() * skippedSeedBytes)
    if (!isSkippedSeeds(skipped, index)) return undefined
    receivers.push({ ratchetKey, chainKey, index, skipped })
  }
  return receivers
}

function writePending(writer: FieldWriter, pending: PendingPrekeys): void {
  writer.flag(pending.oneTimePrekeyId !== undefined)
  writer.uint32(pending.oneTimePrekeyId ?? 0)
  writer.uint32(pending.signedPrekeyId)
  writer.uint32(pending.kyber.prekeyId)
  writer.uint48(pending.createdAtSeconds)
  writer.raw(pending.kyber.ciphertext)
}

function readPending(reader: FieldReader): PendingPrekeys {
  const hasOneTimePrekey = reader.flag()
  const oneTimePrekeyId = reader.uint32()
  if (!hasOneTimePrekey && oneTimePrekeyId !== 0) reader.failed = true
  const signedPrekeyId = reader.uint32()
  const prekeyId = reader.uint32()
  const createdAtSeconds = reader.uint48()
  return {
    oneTimePrekeyId: hasOneTimePrekey ? oneTimePrekeyId : undefined,
    signedPrekeyId,
    kyber: { prekeyId, ciphertext: reader.bytes(kyberCiphertextBytes) },
    createdAtSeconds,
  }
}
