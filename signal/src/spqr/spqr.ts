/**
 * @module The Sparse Post-Quantum Ratchet, version 1: a key for every message, and ML-KEM-768 exchanges that renew them,
 * a chunk in every message (signal.org, "The Sparse Post Quantum Ratchet").
 *
 * A message whose sender is in epoch E of the braid has a key of the chains' epoch E - 1. A secret that the braid brings
 * about is added to the chains before the key of that message is taken.
 *
 * There is no negotiation: version 1 is the only one there is.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import type { Randomness } from '#randomness.ts'
import { receiveBraid, sendBraid, startBraid } from '#spqr/braid.ts'
import type { BraidState } from '#spqr/braid-state.ts'
import {
  addEpoch,
  type Chains,
  type ChainsChanged,
  nextSendKey,
  type Role,
  startChains,
  takeReceiveKey,
} from '#spqr/chain.ts'
import { parseMessage, writeMessage } from '#spqr/message.ts'

export const authKeyBytes = 32

export interface SpqrState {
  readonly braid: BraidState
  readonly chains: Chains
}

export interface SpqrStart {
  /** 32 bytes from the handshake. */
  readonly authKey: Uint8Array
  readonly role: Role
  /** A session between devices of one account. */
  readonly isSelf: boolean
}

export function startSpqr(primitives: Primitives, start: SpqrStart): SpqrState {
  const { authKey, role, isSelf } = start
  if (authKey.length !== authKeyBytes) {
    throw new RangeError(`Cannot start: key has ${authKey.length} bytes of ${authKeyBytes}`)
  }
  return {
    braid: startBraid(primitives, authKey, role),
    chains: startChains(primitives, authKey, role, isSelf),
  }
}

export interface SpqrSent {
  readonly state: SpqrState
  readonly message: Uint8Array
  /** 32 bytes. */
  readonly key: Uint8Array
  /** What only the state before needs. */
  readonly wipe: readonly Uint8Array[]
}

/**
 * All secrets in a state, each as the very object that holds it, to erase a state that is not used any more. The list is
 * the caller's.
 */
export function secretsOf({ braid, chains }: SpqrState): Uint8Array[] {
  const secrets = [braid.authenticator.root, braid.authenticator.mac, chains.nextRoot]
  if ('seed' in braid) secrets.push(braid.seed)
  if ('message' in braid) secrets.push(braid.message)
  for (const { send, receive } of chains.epochs) {
    if (send !== undefined) secrets.push(send.key)
    secrets.push(receive.key)
    for (const { key } of receive.stored) secrets.push(key)
  }
  return secrets
}

/** The secrets of a state that the one before it does not hold: to be erased if the step is not taken. */
export function newSecrets(next: SpqrState, before: SpqrState): readonly Uint8Array[] {
  const held = new Set(secretsOf(before))
  return secretsOf(next).filter((secret) => !held.has(secret))
}

/** Draws 64 bytes when it makes a key pair, 32 when it encapsulates, and keeps them. */
export function sendSpqr(primitives: Primitives, state: SpqrState, random: Randomness): SpqrSent {
  const { epoch } = state.braid
  const braid = sendBraid(primitives, state.braid, random)
  const added = withSecret(primitives, state.chains, braid.secret)
  const { chains, index, key, wipe: used } = nextSendKey(primitives, added.chains, epoch - 1)
  return {
    state: { braid: braid.state, chains },
    message: writeMessage({ epoch, index, payload: braid.payload }),
    key,
    wipe: [...braid.wipe, ...added.wipe, ...used],
  }
}

export type SpqrReceived =
  | {
      readonly kind: 'received'
      readonly state: SpqrState
      readonly key: Uint8Array
      readonly wipe: readonly Uint8Array[]
    }
  /** The key of this message was taken before, or is too old to be kept. */
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused' }

/** No message is authenticated by itself: keep the new state only if the key opens what came with the message. */
export function receiveSpqr(
  primitives: Primitives,
  state: SpqrState,
  message: Uint8Array,
): SpqrReceived {
  const parsed = parseMessage(message)
  if (parsed === undefined) return { kind: 'refused' }
  const braid = receiveBraid(primitives, state.braid, parsed)
  if (braid === undefined) return { kind: 'refused' }
  const added = withSecret(primitives, state.chains, braid.secret)
  const taken = takeReceiveKey(primitives, added.chains, parsed.epoch - 1, parsed.index)
  if (taken.kind !== 'received') {
    wipe(...newSecrets({ braid: braid.state, chains: added.chains }, state))
    return taken
  }
  return {
    kind: 'received',
    state: { braid: braid.state, chains: taken.chains },
    key: taken.key,
    wipe: [...braid.wipe, ...added.wipe, ...taken.wipe],
  }
}

function withSecret(
  primitives: Primitives,
  chains: Chains,
  secret: Uint8Array | undefined,
): ChainsChanged {
  if (secret === undefined) return { chains, wipe: [] }
  const added = addEpoch(primitives, chains, secret)
  wipe(secret)
  return added
}
