/**
 * @module The side of the braid that makes the keys of an epoch: it sends header and vector, and decapsulates.
 */
import { equalBytes, type Primitives, wipe } from '@sotto/primitives'
import type { Randomness } from '#randomness.ts'
import { ciphertextMac, epochSecret, headerMac, updateAuthenticator } from '#spqr/authenticator.ts'
import {
  type BraidReceived,
  type BraidSent,
  ciphertext1Bytes,
  ciphertext2Bytes,
  ciphertext2StreamBytes,
  headerBytes,
  type HeaderSent,
  headerStreamBytes,
  type KeySideState,
  type KeysUnsampled,
  noHeaderReceived,
  seedBytes,
  type VectorSent,
  vectorBytes,
} from '#spqr/braid-state.ts'
import { addChunk, type Chunk, nextChunk, startDecoder, startEncoder } from '#spqr/erasure-code.ts'
import type { Payload } from '#spqr/message.ts'

export function sendOnKeySide(
  primitives: Primitives,
  state: KeySideState,
  random: Randomness,
): BraidSent {
  switch (state.kind) {
    case 'keys-unsampled':
      return sampleKeys(primitives, state, random)
    case 'keys-sampled': {
      const { chunk, encoder } = nextChunk(state.header)
      return sent({ ...state, header: encoder }, { kind: 'hdr', chunk })
    }
    case 'header-sent': {
      const { chunk, encoder } = nextChunk(state.vector)
      return sent({ ...state, vector: encoder }, { kind: 'ek', chunk })
    }
    case 'ct1-received': {
      const { chunk, encoder } = nextChunk(state.vector)
      return sent({ ...state, vector: encoder }, { kind: 'ek-ct1-ack', chunk })
    }
    case 'ek-sent-ct1-received':
      return sent(state, { kind: 'ct1-ack' })
  }
}

function sampleKeys(primitives: Primitives, state: KeysUnsampled, random: Randomness): BraidSent {
  const { epoch, authenticator } = state
  const seed = random(seedBytes)
  const { publicKey, secretKey } = primitives.mlKem768.keyPair(seed)
  wipe(secretKey)
  const vector = new Uint8Array(publicKey.subarray(0, vectorBytes))
  const rho = publicKey.subarray(vectorBytes)
  const stream = new Uint8Array(headerStreamBytes)
  const header = stream.subarray(0, headerBytes)
  header.set(rho)
  header.set(primitives.sha3_256(publicKey), rho.length)
  stream.set(headerMac(primitives, authenticator, epoch, header), headerBytes)

  const { chunk, encoder } = nextChunk(startEncoder(stream))
  return sent(
    { kind: 'keys-sampled', epoch, authenticator, seed, vector, header: encoder },
    { kind: 'hdr', chunk },
  )
}

export function receiveOnKeySide(
  primitives: Primitives,
  state: KeySideState,
  payload: Payload,
): BraidReceived | undefined {
  switch (state.kind) {
    case 'keys-unsampled':
      return received(state)
    case 'keys-sampled': {
      if (payload.kind !== 'ct1') return received(state)
      const { epoch, authenticator, seed } = state
      const vector = startEncoder(state.vector)
      const ciphertext1 = startDecoder(ciphertext1Bytes)
      return receiveCiphertext1(
        { kind: 'header-sent', epoch, authenticator, seed, vector, ciphertext1 },
        payload.chunk,
      )
    }
    case 'header-sent':
      return payload.kind === 'ct1' ? receiveCiphertext1(state, payload.chunk) : received(state)
    case 'ct1-received': {
      if (payload.kind !== 'ct2') return received(state)
      const { epoch, authenticator, seed, ciphertext1 } = state
      const ciphertext2 = startDecoder(ciphertext2StreamBytes)
      return receiveCiphertext2(
        primitives,
        { kind: 'ek-sent-ct1-received', epoch, authenticator, seed, ciphertext1, ciphertext2 },
        payload.chunk,
      )
    }
    case 'ek-sent-ct1-received':
      return payload.kind === 'ct2'
        ? receiveCiphertext2(primitives, state, payload.chunk)
        : received(state)
  }
}

function receiveCiphertext1(state: HeaderSent, chunk: Chunk): BraidReceived {
  const added = addChunk(state.ciphertext1, chunk)
  if (!(added instanceof Uint8Array)) return received({ ...state, ciphertext1: added })
  return received({ ...state, kind: 'ct1-received', ciphertext1: added })
}

function receiveCiphertext2(
  primitives: Primitives,
  state: VectorSent,
  chunk: Chunk,
): BraidReceived | undefined {
  const added = addChunk(state.ciphertext2, chunk)
  if (!(added instanceof Uint8Array)) return received({ ...state, ciphertext2: added })

  const { epoch, authenticator, seed, ciphertext1 } = state
  const ciphertext2 = added.subarray(0, ciphertext2Bytes)
  const secret = decapsulate(primitives, seed, ciphertext1, ciphertext2, epoch)
  const updated = updateAuthenticator(primitives, authenticator, epoch, secret)
  const mac = ciphertextMac(primitives, updated, epoch, ciphertext1, ciphertext2)
  if (!equalBytes(mac, added.subarray(ciphertext2Bytes))) {
    wipe(secret, updated.root, updated.mac)
    return undefined
  }
  return {
    state: noHeaderReceived(epoch + 1, updated),
    secret,
    wipe: [seed, authenticator.root, authenticator.mac],
  }
}

function decapsulate(
  primitives: Primitives,
  seed: Uint8Array,
  ciphertext1: Uint8Array,
  ciphertext2: Uint8Array,
  epoch: number,
): Uint8Array {
  const ciphertext = new Uint8Array(ciphertext1Bytes + ciphertext2Bytes)
  ciphertext.set(ciphertext1)
  ciphertext.set(ciphertext2, ciphertext1Bytes)
  const { secretKey } = primitives.mlKem768.keyPair(seed)
  const sharedSecret = primitives.mlKem768.decapsulate(secretKey, ciphertext)
  wipe(secretKey)
  if (sharedSecret === undefined) {
    throw new RangeError(`Cannot decapsulate: ${ciphertext.length} bytes are no ciphertext`)
  }
  const secret = epochSecret(primitives, sharedSecret, epoch)
  wipe(sharedSecret)
  return secret
}

function sent(state: KeySideState, payload: Payload): BraidSent {
  return { state, payload, secret: undefined, wipe: [] }
}

function received(state: KeySideState): BraidReceived {
  return { state, secret: undefined, wipe: [] }
}
