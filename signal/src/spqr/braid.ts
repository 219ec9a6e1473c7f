/**
 * @module The braid: which side a state is of, and what the epoch of a message means to it.
 */
import type { Primitives } from '@sotto/primitives'
import type { Randomness } from '#randomness.ts'
import { startAuthenticator } from '#spqr/authenticator.ts'
import {
  type BraidReceived,
  type BraidSent,
  type BraidState,
  isKeySide,
  keysUnsampled,
  noHeaderReceived,
} from '#spqr/braid-state.ts'
import type { Role } from '#spqr/chain.ts'
import { receiveOnCiphertextSide, sendOnCiphertextSide } from '#spqr/ciphertext-side.ts'
import { receiveOnKeySide, sendOnKeySide } from '#spqr/key-side.ts'
import type { SpqrMessage } from '#spqr/message.ts'

export function startBraid(primitives: Primitives, authKey: Uint8Array, role: Role): BraidState {
  const authenticator = startAuthenticator(primitives, authKey)
  return role === 'initiator' ? keysUnsampled(1, authenticator) : noHeaderReceived(1, authenticator)
}

export function sendBraid(
  primitives: Primitives,
  state: BraidState,
  random: Randomness,
): BraidSent {
  return isKeySide(state)
    ? sendOnKeySide(primitives, state, random)
    : sendOnCiphertextSide(primitives, state, random)
}

/** Undefined when the message does not belong to this braid. */
export function receiveBraid(
  primitives: Primitives,
  state: BraidState,
  { epoch, payload }: SpqrMessage,
): BraidReceived | undefined {
  if (epoch < state.epoch) return unchanged(state)
  if (epoch > state.epoch) {
    // The other side has the whole ciphertext, and has begun with the next epoch.
    if (state.kind !== 'ct2-sampled' || epoch !== state.epoch + 1) return undefined
    return unchanged(keysUnsampled(epoch, state.authenticator))
  }
  return isKeySide(state)
    ? receiveOnKeySide(primitives, state, payload)
    : receiveOnCiphertextSide(primitives, state, payload)
}

function unchanged(state: BraidState): BraidReceived {
  return { state, secret: undefined, wipe: [] }
}
