/**
 * @module The eleven states of the braid, which carries one ML-KEM-768 exchange after the other inside the messages of
 * both directions (signal.org, "The ML-KEM Braid"). In an epoch one side makes the keys and the other encapsulates to
 * them; in the next the roles are changed.
 *
 * | side of the keys | sends | goes on when |
 * |---|---|---|
 * | keys-unsampled | hdr | it sends: the key pair is made |
 * | keys-sampled | hdr | ct1 comes |
 * | header-sent | ek | ct1 is complete |
 * | ct1-received | ek, with "I have ct1" | ct2 comes |
 * | ek-sent-ct1-received | "I have ct1" | ct2 is complete: the secret is there; next epoch, other side |
 *
 * | side of the ciphertext | sends | goes on when |
 * |---|---|---|
 * | no-header-received | nothing | hdr is complete |
 * | header-received | ct1 | it sends: the first half is encapsulated, the secret is there |
 * | ct1-sampled | ct1 | ek is complete, or "I have ct1" comes, or both |
 * | ek-received-ct1-sampled | ct1 | "I have ct1" comes |
 * | ct1-acknowledged | nothing | ek is complete |
 * | ct2-sampled | ct2 | a message of the next epoch comes: other side |
 */
import { type Authenticator, macBytes } from '#spqr/authenticator.ts'
import { type Decoder, type Encoder, startDecoder } from '#spqr/erasure-code.ts'
import type { Payload } from '#spqr/message.ts'

export const seedBytes = 64
export const messageBytes = 32
export const headerBytes = 64
export const vectorBytes = 1152
export const ciphertext1Bytes = 960
export const ciphertext2Bytes = 128

/** The streams that carry a MAC with them. */
export const headerStreamBytes: number = headerBytes + macBytes
export const ciphertext2StreamBytes: number = ciphertext2Bytes + macBytes

interface Common {
  /** From 1. Every message carries it. */
  readonly epoch: number
  readonly authenticator: Authenticator
}

export interface KeysUnsampled extends Common {
  readonly kind: 'keys-unsampled'
}

export interface KeysSampled extends Common {
  readonly kind: 'keys-sampled'
  /** d ‖ z: the decapsulation key is made from it when it is needed. */
  readonly seed: Uint8Array
  /** t̂. */
  readonly vector: Uint8Array
  readonly header: Encoder
}

export interface HeaderSent extends Common {
  readonly kind: 'header-sent'
  readonly seed: Uint8Array
  readonly vector: Encoder
  readonly ciphertext1: Decoder
}

export interface Ciphertext1Received extends Common {
  readonly kind: 'ct1-received'
  readonly seed: Uint8Array
  readonly vector: Encoder
  readonly ciphertext1: Uint8Array
}

export interface VectorSent extends Common {
  readonly kind: 'ek-sent-ct1-received'
  readonly seed: Uint8Array
  readonly ciphertext1: Uint8Array
  readonly ciphertext2: Decoder
}

export type KeySideState =
  KeysUnsampled | KeysSampled | HeaderSent | Ciphertext1Received | VectorSent

export interface NoHeaderReceived extends Common {
  readonly kind: 'no-header-received'
  readonly header: Decoder
}

export interface HeaderReceived extends Common {
  readonly kind: 'header-received'
  /** ρ ‖ SHA3-256 of the encapsulation key. */
  readonly header: Uint8Array
}

export interface Ciphertext1Sampled extends Common {
  readonly kind: 'ct1-sampled'
  readonly header: Uint8Array
  /** m: the second half is encapsulated with the same. */
  readonly message: Uint8Array
  readonly ciphertext1: Encoder
  readonly vector: Decoder
}

export interface VectorReceived extends Common {
  readonly kind: 'ek-received-ct1-sampled'
  readonly ciphertext1: Encoder
  /** ct2 ‖ MAC, made as soon as t̂ is there, so that m is gone as soon. */
  readonly ciphertext2: Uint8Array
}

export interface Ciphertext1Acknowledged extends Common {
  readonly kind: 'ct1-acknowledged'
  readonly header: Uint8Array
  readonly message: Uint8Array
  readonly ciphertext1: Uint8Array
  readonly vector: Decoder
}

export interface Ciphertext2Sampled extends Common {
  readonly kind: 'ct2-sampled'
  readonly ciphertext2: Encoder
}

export type CiphertextSideState =
  | NoHeaderReceived
  | HeaderReceived
  | Ciphertext1Sampled
  | VectorReceived
  | Ciphertext1Acknowledged
  | Ciphertext2Sampled

export type BraidState = KeySideState | CiphertextSideState

export function keysUnsampled(epoch: number, authenticator: Authenticator): KeysUnsampled {
  return { kind: 'keys-unsampled', epoch, authenticator }
}

export function noHeaderReceived(epoch: number, authenticator: Authenticator): NoHeaderReceived {
  const header = startDecoder(headerStreamBytes)
  return { kind: 'no-header-received', epoch, authenticator, header }
}

export interface BraidSent {
  readonly state: BraidState
  readonly payload: Payload
  /** The secret of this epoch, if sending brought it about. */
  readonly secret: Uint8Array | undefined
  readonly wipe: readonly Uint8Array[]
}

export interface BraidReceived {
  readonly state: BraidState
  /** The secret of the message's epoch, if receiving brought it about. */
  readonly secret: Uint8Array | undefined
  readonly wipe: readonly Uint8Array[]
}

export function isKeySide(state: BraidState): state is KeySideState {
  return keySideKinds.has(state.kind)
}

const keySideKinds: ReadonlySet<BraidState['kind']> = new Set<KeySideState['kind']>([
  'keys-unsampled',
  'keys-sampled',
  'header-sent',
  'ct1-received',
  'ek-sent-ct1-received',
])
