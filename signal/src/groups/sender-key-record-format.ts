/**
 * @module A sender key record as it is stored. It holds secrets: whoever stores it encrypts it. Numbers are big-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 1 | number of states, 1 to 5 |
 *
 * and each state, newest first:
 *
 * | bytes | what |
 * |---|---|
 * | 4 | chain id |
 * | 4 | iteration |
 * | 32 | chain key |
 * | 32 | signing key |
 * | 1 | 1 if its private key follows, or 0 |
 * | 0 or 32 | private signing key |
 * | 2 | number of skipped seeds, up to 2000 |
 * | 36 each | iteration (4) and seed (32), ascending |
 */
import { wipe } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import type { SenderKeyRecord, SenderKeyState, SkippedSeed } from '#groups/sender-key-record.ts'
import { maxSenderKeyStates, maxSkippedKeys } from '#limits.ts'

const formatVersion = 1
const keyBytes = 32
const stateBytes = 4 + 4 + keyBytes + keyBytes + 1 + 2
const skippedBytes = 4 + keyBytes

export function writeSenderKeyRecord(record: SenderKeyRecord): Uint8Array {
  const size = record.states.reduce((sum, state) => sum + sizeOf(state), 2)
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  bytes[0] = formatVersion
  bytes[1] = record.states.length
  let at = 2
  for (const state of record.states) {
    view.setUint32(at, state.chainId)
    view.setUint32(at + 4, state.iteration)
    bytes.set(state.chainKey, at + 8)
    bytes.set(state.signingKey, at + 8 + keyBytes)
    at += 8 + 2 * keyBytes
    bytes[at++] = state.signingPrivateKey === undefined ? 0 : 1
    if (state.signingPrivateKey !== undefined) {
      bytes.set(state.signingPrivateKey, at)
      at += keyBytes
    }
    view.setUint16(at, state.skipped.length)
    at += 2
    for (const skipped of state.skipped) {
      view.setUint32(at, skipped.iteration)
      bytes.set(skipped.seed, at + 4)
      at += skippedBytes
    }
  }
  return bytes
}

/** Refuses whatever `writeSenderKeyRecord` would not write. The bytes are copied. */
export function readSenderKeyRecord(bytes: Uint8Array): SenderKeyRecord {
  // One copy, which the keys are views of.
  const copy = new Uint8Array(bytes)
  try {
    return { states: readStates(copy) }
  } catch (error) {
    wipe(copy)
    throw error
  }
}

function readStates(bytes: Uint8Array): readonly SenderKeyState[] {
  const stateCount = bytes[1]
  if (bytes[0] !== formatVersion || stateCount === undefined) throw invalidState()
  if (stateCount < 1 || stateCount > maxSenderKeyStates) throw invalidState()
  const states: SenderKeyState[] = []
  let at = 2
  for (let i = 0; i < stateCount; i++) {
    const state = readState(bytes, at)
    if (states.some((other) => other.chainId === state.chainId)) throw invalidState()
    states.push(state)
    at += sizeOf(state)
  }
  if (at !== bytes.length) throw invalidState()
  return states
}

function readState(bytes: Uint8Array, start: number): SenderKeyState {
  if (bytes.length < start + stateBytes) throw invalidState()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chainId = view.getUint32(start)
  const iteration = view.getUint32(start + 4)
  const chainKey = keyAt(bytes, start + 8)
  const signingKey = keyAt(bytes, start + 8 + keyBytes)
  let at = start + 8 + 2 * keyBytes

  const privateKeys = bytes[at++]
  if (privateKeys !== 0 && privateKeys !== 1) throw invalidState()
  if (bytes.length < at + privateKeys * keyBytes + 2) throw invalidState()
  const signingPrivateKey = privateKeys === 1 ? keyAt(bytes, at) : undefined
  at += privateKeys * keyBytes

  const skippedCount = view.getUint16(at)
  at += 2
  if (skippedCount > maxSkippedKeys) throw invalidState()
  if (bytes.length < at + skippedCount * skippedBytes) throw invalidState()
  const skipped: SkippedSeed[] = []
  let previous = -1
  for (let i = 0; i < skippedCount; i++, at += skippedBytes) {
    const skippedIteration = view.getUint32(at)
    if (skippedIteration <= previous || skippedIteration >= iteration) throw invalidState()
    previous = skippedIteration
    skipped.push({ iteration: skippedIteration, seed: keyAt(bytes, at + 4) })
  }
  return {
    chainId,
    iteration,
    chainKey,
    signingKey,
    ...(signingPrivateKey === undefined ? {} : { signingPrivateKey }),
    skipped,
  }
}

function sizeOf(state: SenderKeyState): number {
  const privateKeyBytes = state.signingPrivateKey === undefined ? 0 : keyBytes
  return stateBytes + privateKeyBytes + state.skipped.length * skippedBytes
}

function keyAt(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.subarray(at, at + keyBytes)
}

function invalidState(): SignalError {
  return new SignalError('invalid-state', 'Cannot read sender key record')
}
