/**
 * @module What ties the braid's KEM keys to the session: two keys that start from the handshake and take in every
 * epoch's secret, and the MACs made with them.
 *
 * | | HMAC-SHA-256 over | made and checked |
 * |---|---|---|
 * | header | label ‖ epoch (8) ‖ header (64) | before the update of its epoch |
 * | ciphertext | label ‖ epoch (8) ‖ ct1 (960) ‖ ct2 (128) | after the update of its epoch |
 */
import { type Primitives, wipe } from '@sotto/primitives'
import {
  authenticatorUpdateLabel,
  ciphertextMacLabel,
  epochSecretLabel,
  headerMacLabel,
  withEpoch,
} from '#spqr/labels.ts'
import { splitKeys } from '#spqr/split-keys.ts'

export const macBytes = 32

export interface Authenticator {
  readonly root: Uint8Array
  readonly mac: Uint8Array
}

/** Both keys are zero before the first update, which takes in the handshake's key as that of epoch 1. */
export function startAuthenticator(primitives: Primitives, authKey: Uint8Array): Authenticator {
  const nothing = new Uint8Array(32)
  return updateAuthenticator(primitives, { root: nothing, mac: nothing }, 1, authKey)
}

export function updateAuthenticator(
  primitives: Primitives,
  authenticator: Authenticator,
  epoch: number,
  secret: Uint8Array,
): Authenticator {
  const material = new Uint8Array(authenticator.root.length + secret.length)
  material.set(authenticator.root)
  material.set(secret, authenticator.root.length)
  const info = withEpoch(authenticatorUpdateLabel, epoch)
  const [root, mac] = splitKeys(primitives.hkdfSha256(undefined, material, info, 64))
  wipe(material)
  return { root: root as Uint8Array, mac: mac as Uint8Array }
}

export function headerMac(
  primitives: Primitives,
  authenticator: Authenticator,
  epoch: number,
  header: Uint8Array,
): Uint8Array {
  return primitives.hmacSha256(authenticator.mac, withEpoch(headerMacLabel, epoch), header)
}

export function ciphertextMac(
  primitives: Primitives,
  authenticator: Authenticator,
  epoch: number,
  ciphertext1: Uint8Array,
  ciphertext2: Uint8Array,
): Uint8Array {
  const label = withEpoch(ciphertextMacLabel, epoch)
  return primitives.hmacSha256(authenticator.mac, label, ciphertext1, ciphertext2)
}

/** What an epoch's KEM secret gives to the chains and to the authenticator. */
export function epochSecret(
  primitives: Primitives,
  sharedSecret: Uint8Array,
  epoch: number,
): Uint8Array {
  return primitives.hkdfSha256(undefined, sharedSecret, withEpoch(epochSecretLabel, epoch), 32)
}
