/**
 * @module One identity vouching for another of the same person: a signature by one's identity key over the other's.
 *
 * | bytes signed | what |
 * |---|---|
 * | 32 | 0xFF each, which no other signed message starts with |
 * | 20 | "Signal_PNI_Signature" |
 * | 33 | the other identity key |
 */
import type { Primitives } from '@sotto/primitives'
import { serializeCurveKey } from '#keys/serialized-key.ts'
import { ascii } from '#labels.ts'
import type { Randomness } from '#randomness.ts'

const prefix = new Uint8Array(32).fill(0xff)
const label = ascii('Signal_PNI_Signature')
const signatureRandomBytes = 64

/** 64 bytes. */
export function signAlternateIdentity(
  primitives: Primitives,
  identityPrivateKey: Uint8Array,
  otherIdentityKey: Uint8Array,
  random: Randomness,
): Uint8Array {
  const message = signedBytes(otherIdentityKey)
  return primitives.signXeddsa(identityPrivateKey, message, random(signatureRandomBytes))
}

export function verifyAlternateIdentity(
  primitives: Primitives,
  identityKey: Uint8Array,
  otherIdentityKey: Uint8Array,
  signature: Uint8Array,
): boolean {
  return primitives.verifyXeddsa(identityKey, signedBytes(otherIdentityKey), signature)
}

function signedBytes(otherIdentityKey: Uint8Array): Uint8Array {
  const key = serializeCurveKey(otherIdentityKey)
  const bytes = new Uint8Array(prefix.length + label.length + key.length)
  bytes.set(prefix)
  bytes.set(label, prefix.length)
  bytes.set(key, prefix.length + label.length)
  return bytes
}
