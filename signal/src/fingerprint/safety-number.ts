/**
 * @module The number that two people compare to know that nobody is between them. Each side has a hash over its
 * identity key and its stable id, made slow; the number shows both, the smaller first, so it is the same on both sides.
 *
 *     H1     = SHA-512(0x0000 ‖ key33 ‖ stable id ‖ key33)
 *     H(i+1) = SHA-512(H(i) ‖ key33)
 *
 * Each five bytes of the first thirty, big-endian and modulo 100 000, are five digits: thirty for each side.
 */
import type { Primitives } from '@sotto/primitives'
import { serializeCurveKey } from '#keys/serialized-key.ts'
import { fingerprintIterations, maxFingerprintIterations } from '#limits.ts'

/** The version whose stable ids are service ids in 17 bytes. It does not enter the digits. */
export const safetyNumberVersion = 2

const minIterations = 2
const hashVersion = new Uint8Array(2)
const chunks = 6
const chunkBytes = 5
const chunkDigits = 5
const scannedHashBytes = 32

export interface Fingerprinted {
  readonly identityKey: Uint8Array
  /** What names this person for good. Both sides have to agree on what that is. */
  readonly stableId: Uint8Array
}

export interface SafetyNumber {
  /** 60 digits. */
  readonly digits: string
  readonly scannable: ScannableSafetyNumber
}

/** What a code to be scanned holds, as its owner sees the two. */
export interface ScannableSafetyNumber {
  readonly version: number
  /** 32 bytes each. */
  readonly local: Uint8Array
  readonly remote: Uint8Array
}

/** Hashes 10 400 times. */
export function safetyNumber(
  primitives: Primitives,
  local: Fingerprinted,
  remote: Fingerprinted,
  options: { readonly version?: number; readonly iterations?: number } = {},
): SafetyNumber {
  const { version = safetyNumberVersion, iterations = fingerprintIterations } = options
  const isInRange = iterations >= minIterations && iterations <= maxFingerprintIterations
  if (!Number.isInteger(iterations) || !isInRange) {
    throw new RangeError(
      `Cannot make safety number: ${iterations} iterations, not ${minIterations} to ${maxFingerprintIterations}`,
    )
  }
  const localHash = hash(primitives, local, iterations)
  const remoteHash = hash(primitives, remote, iterations)
  const halves = [digitsOf(localHash), digitsOf(remoteHash)].sort()
  return {
    digits: halves.join(''),
    scannable: {
      version,
      local: new Uint8Array(localHash.subarray(0, scannedHashBytes)),
      remote: new Uint8Array(remoteHash.subarray(0, scannedHashBytes)),
    },
  }
}

function hash(primitives: Primitives, of: Fingerprinted, iterations: number): Uint8Array {
  const key = serializeCurveKey(of.identityKey)
  let digest = primitives.sha512(hashVersion, key, of.stableId, key)
  for (let i = 1; i < iterations; i++) digest = primitives.sha512(digest, key)
  return digest
}

function digitsOf(digest: Uint8Array): string {
  let digits = ''
  for (let chunk = 0; chunk < chunks; chunk++) {
    let value = 0
    for (let i = 0; i < chunkBytes; i++) {
      value = value * 256 + (digest[chunk * chunkBytes + i] as number)
    }
    digits += String(value % 10 ** chunkDigits).padStart(chunkDigits, '0')
  }
  return digits
}
