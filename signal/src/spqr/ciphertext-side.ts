/**
 * @module The side of the braid that encapsulates in an epoch: it sends the ciphertext, its first half as soon as it has
 * the header, the second when it also has the vector.
 */
import { equalBytes, type Primitives, wipe } from '@sotto/primitives'
import type { Randomness } from '#randomness.ts'
import { ciphertextMac, epochSecret, headerMac, updateAuthenticator } from '#spqr/authenticator.ts'
import {
  type BraidReceived,
  type BraidSent,
  type Ciphertext1Acknowledged,
  type Ciphertext1Sampled,
  ciphertext2Bytes,
  ciphertext2StreamBytes,
  type CiphertextSideState,
  headerBytes,
  type HeaderReceived,
  messageBytes,
  type NoHeaderReceived,
  vectorBytes,
} from '#spqr/braid-state.ts'
import { addChunk, type Chunk, nextChunk, startDecoder, startEncoder } from '#spqr/erasure-code.ts'
import type { Payload } from '#spqr/message.ts'

export function sendOnCiphertextSide(
  primitives: Primitives,
  state: CiphertextSideState,
  random: Randomness,
): BraidSent {
  switch (state.kind) {
    case 'no-header-received':
    case 'ct1-acknowledged':
      return sent(state, { kind: 'none' })
    case 'header-received':
      return sampleCiphertext1(primitives, state, random)
    case 'ct1-sampled': {
      const { chunk, encoder } = nextChunk(state.ciphertext1)
      return sent({ ...state, ciphertext1: encoder }, { kind: 'ct1', chunk })
    }
    case 'ek-received-ct1-sampled': {
      const { chunk, encoder } = nextChunk(state.ciphertext1)
      return sent({ ...state, ciphertext1: encoder }, { kind: 'ct1', chunk })
    }
    case 'ct2-sampled': {
      const { chunk, encoder } = nextChunk(state.ciphertext2)
      return sent({ ...state, ciphertext2: encoder }, { kind: 'ct2', chunk })
    }
  }
}

function sampleCiphertext1(
  primitives: Primitives,
  state: HeaderReceived,
  random: Randomness,
): BraidSent {
  const { epoch, authenticator, header } = state
  const message = random(messageBytes)
  const { ciphertext1, sharedSecret } = primitives.mlKem768.encapsulateFirst(header, message)
  const secret = epochSecret(primitives, sharedSecret, epoch)
  wipe(sharedSecret)
  const updated = updateAuthenticator(primitives, authenticator, epoch, secret)

  const { chunk, encoder } = nextChunk(startEncoder(ciphertext1))
  return {
    state: {
      kind: 'ct1-sampled',
      epoch,
      authenticator: updated,
      header,
      message,
      ciphertext1: encoder,
      vector: startDecoder(vectorBytes),
    },
    payload: { kind: 'ct1', chunk },
    secret,
    wipe: [authenticator.root, authenticator.mac],
  }
}

export function receiveOnCiphertextSide(
  primitives: Primitives,
  state: CiphertextSideState,
  payload: Payload,
): BraidReceived | undefined {
  switch (state.kind) {
    case 'no-header-received':
      return payload.kind === 'hdr'
        ? receiveHeader(primitives, state, payload.chunk)
        : received(state)
    case 'header-received':
    case 'ct2-sampled':
      return received(state)
    case 'ct1-sampled':
    case 'ct1-acknowledged':
      return payload.kind === 'ek' || payload.kind === 'ek-ct1-ack'
        ? receiveVector(primitives, state, payload.chunk, payload.kind === 'ek-ct1-ack')
        : received(state)
    case 'ek-received-ct1-sampled': {
      if (payload.kind !== 'ct1-ack' && payload.kind !== 'ek-ct1-ack') return received(state)
      const { epoch, authenticator, ciphertext2 } = state
      return received({
        kind: 'ct2-sampled',
        epoch,
        authenticator,
        ciphertext2: startEncoder(ciphertext2),
      })
    }
  }
}

function receiveHeader(
  primitives: Primitives,
  state: NoHeaderReceived,
  chunk: Chunk,
): BraidReceived | undefined {
  const added = addChunk(state.header, chunk)
  if (!(added instanceof Uint8Array)) return received({ ...state, header: added })
  const { epoch, authenticator } = state
  const header = added.slice(0, headerBytes)
  const mac = headerMac(primitives, authenticator, epoch, header)
  if (!equalBytes(mac, added.subarray(headerBytes))) return undefined
  return received({ kind: 'header-received', epoch, authenticator, header })
}

/** A chunk of t̂, which may say that the other side has ct1: it may come in either order, or both at once. */
function receiveVector(
  primitives: Primitives,
  state: Ciphertext1Sampled | Ciphertext1Acknowledged,
  chunk: Chunk,
  isAcknowledging: boolean,
): BraidReceived | undefined {
  const { epoch, authenticator, header, message } = state
  const isWaiting = state.kind === 'ct1-sampled' && !isAcknowledging
  const ciphertext1 = state.kind === 'ct1-sampled' ? state.ciphertext1.message : state.ciphertext1
  const added = addChunk(state.vector, chunk)

  if (!(added instanceof Uint8Array)) {
    if (isWaiting) return received({ ...state, vector: added })
    return received({
      kind: 'ct1-acknowledged',
      epoch,
      authenticator,
      header,
      message,
      ciphertext1,
      vector: added,
    })
  }

  const second = primitives.mlKem768.encapsulateSecond(header, added, message)
  if (second === undefined) return undefined
  const stream = new Uint8Array(ciphertext2StreamBytes)
  stream.set(second)
  const mac = ciphertextMac(primitives, authenticator, epoch, ciphertext1, second)
  stream.set(mac, ciphertext2Bytes)
  const next: CiphertextSideState = isWaiting
    ? {
        kind: 'ek-received-ct1-sampled',
        epoch,
        authenticator,
        ciphertext1: state.ciphertext1,
        ciphertext2: stream,
      }
    : { kind: 'ct2-sampled', epoch, authenticator, ciphertext2: startEncoder(stream) }
  return { state: next, secret: undefined, wipe: [message] }
}

function sent(state: CiphertextSideState, payload: Payload): BraidSent {
  return { state, payload, secret: undefined, wipe: [] }
}

function received(state: CiphertextSideState): BraidReceived {
  return { state, secret: undefined, wipe: [] }
}
