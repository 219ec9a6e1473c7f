/**
 * @module `Noise_NK_25519_ChaChaPoly_BLAKE2s` (Noise revision 34, §7.5): the initiator knows the responder's static key
 * beforehand and has none itself. So the responder is proven and the initiator is nobody in particular.
 *
 * | | message | bytes |
 * |---|---|---|
 * | → `e, es` | ephemeral key ‖ sealed payload | 32 + payload + 16 |
 * | ← `e, ee` | ephemeral key ‖ sealed payload | 32 + payload + 16 |
 *
 * The first payload is weaker than all that follows: it can be sent again by whoever saw it, and opened by whoever gets
 * the responder's static key one day. Each side of a handshake can be gone through once.
 */
import type { Primitives } from '@sotto/primitives'
import { wipe } from '@sotto/primitives'
import { ascii, concatenate, copyOf } from '#bytes.ts'
import { keyBytes, maxMessageBytes, SymmetricState, tagBytes } from '#noise/symmetric-state.ts'
import { NoiseTransport } from '#noise/transport.ts'
import { draw, type Randomness } from '#randomness.ts'

export const protocolName = 'Noise_NK_25519_ChaChaPoly_BLAKE2s'
/** What a handshake's message is longer than its payload. */
export const handshakeOverheadBytes: number = keyBytes + tagBytes

const maxPayloadBytes = maxMessageBytes - handshakeOverheadBytes
const nothing = new Uint8Array(0)

export interface InitiatorOptions {
  /** X25519, 32 bytes, from somewhere that is trusted. */
  readonly responderKey: Uint8Array
  /** What both sides take for granted; a handshake fails when they differ. Empty unless told otherwise. */
  readonly prologue?: Uint8Array
  /** Travels in the first message. Empty unless told otherwise. */
  readonly payload?: Uint8Array
}

export interface Initiated {
  /** For the responder. */
  readonly message: Uint8Array
  /** Takes the answer. Undefined when it is none to this handshake, which is over then. */
  readonly finish: (answer: Uint8Array) => Finished | undefined
}

export interface Finished {
  readonly payload: Uint8Array
  readonly transport: NoiseTransport
}

export interface ResponderOptions {
  /** X25519, 32 bytes each. */
  readonly staticKey: { readonly privateKey: Uint8Array; readonly publicKey: Uint8Array }
  readonly prologue?: Uint8Array
}

export interface Accepted {
  readonly payload: Uint8Array
  /** Makes the answer, which may say something already, and ends the handshake. */
  readonly answer: (payload?: Uint8Array) => Answered
}

export interface Answered {
  /** For the initiator. */
  readonly message: Uint8Array
  readonly transport: NoiseTransport
}

/** Begins a handshake. `random` is asked for 32 bytes. A responder's key of low order is a `RangeError`. */
export function initiate(
  primitives: Primitives,
  random: Randomness,
  { responderKey, prologue = nothing, payload = nothing }: InitiatorOptions,
): Initiated {
  requireKey('responder key', responderKey)
  requirePayload(payload)
  const state = begin(primitives, prologue, responderKey)
  const ephemeral = draw(random, keyBytes)
  const ephemeralPublic = primitives.x25519PublicKey(ephemeral)
  state.mixHash(ephemeralPublic)
  const es = primitives.x25519(ephemeral, responderKey)
  if (es === undefined) {
    throw new RangeError('Cannot begin handshake: the responder key has a low order')
  }
  state.mixKey(es)
  const message = concatenate([ephemeralPublic, state.seal(payload)])

  let isUsed = false
  const finish = (answer: Uint8Array): Finished | undefined => {
    if (isUsed) throw new TypeError('Cannot finish handshake: it is over')
    isUsed = true
    const opened = readMessage(primitives, state, ephemeral, answer)
    wipe(ephemeral)
    if (opened === undefined) {
      state.erase()
      return undefined
    }
    const handshakeHash = state.hash
    const [sending, receiving] = state.split()
    return { payload: opened, transport: new NoiseTransport(handshakeHash, sending, receiving) }
  }
  return { message, finish }
}

/**
 * Takes a first message. Undefined when it was not meant for this key and prologue. `random` is asked for 32 bytes when
 * it is answered.
 */
export function accept(
  primitives: Primitives,
  random: Randomness,
  { staticKey, prologue = nothing }: ResponderOptions,
  message: Uint8Array,
): Accepted | undefined {
  requireKey('private key', staticKey.privateKey)
  requireKey('public key', staticKey.publicKey)
  const state = begin(primitives, prologue, staticKey.publicKey)
  const payload = readMessage(primitives, state, staticKey.privateKey, message)
  if (payload === undefined) {
    state.erase()
    return undefined
  }
  const theirs = copyOf(message, 0, keyBytes)

  let isUsed = false
  const answer = (own: Uint8Array = nothing): Answered => {
    if (isUsed) throw new TypeError('Cannot answer handshake: it is over')
    requirePayload(own)
    isUsed = true
    const ephemeral = draw(random, keyBytes)
    const ephemeralPublic = primitives.x25519PublicKey(ephemeral)
    state.mixHash(ephemeralPublic)
    const ee = primitives.x25519(ephemeral, theirs)
    wipe(ephemeral)
    // The same key agreed with the static one already.
    if (ee === undefined) throw new TypeError('Cannot answer handshake: the agreement is empty')
    state.mixKey(ee)
    const sealed = state.seal(own)
    const handshakeHash = state.hash
    const [receiving, sending] = state.split()
    return {
      message: concatenate([ephemeralPublic, sealed]),
      transport: new NoiseTransport(handshakeHash, sending, receiving),
    }
  }
  return { payload, answer }
}

function begin(
  primitives: Primitives,
  prologue: Uint8Array,
  responderKey: Uint8Array,
): SymmetricState {
  const state = new SymmetricState(primitives, ascii(protocolName))
  state.mixHash(prologue)
  state.mixHash(responderKey)
  return state
}

/** Both messages are read alike: the other side's ephemeral key, an agreement of it with one of ours, the payload. */
function readMessage(
  primitives: Primitives,
  state: SymmetricState,
  privateKey: Uint8Array,
  message: Uint8Array,
): Uint8Array | undefined {
  if (message.length < handshakeOverheadBytes || message.length > maxMessageBytes) return undefined
  const theirs = copyOf(message, 0, keyBytes)
  state.mixHash(theirs)
  const agreed = primitives.x25519(privateKey, theirs)
  if (agreed === undefined) return undefined
  state.mixKey(agreed)
  return state.open(copyOf(message, keyBytes))
}

function requireKey(name: string, key: Uint8Array): void {
  if (key.length !== keyBytes) {
    throw new RangeError(`Cannot begin handshake: ${name} has ${key.length} bytes of ${keyBytes}`)
  }
}

function requirePayload(payload: Uint8Array): void {
  if (payload.length > maxPayloadBytes) {
    throw new RangeError(
      `Cannot send payload: it has ${payload.length} bytes of at most ${maxPayloadBytes}`,
    )
  }
}
