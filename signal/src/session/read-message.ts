/**
 * @module One message in, tried on one session: the receiving chain (a new one when the peer's ratchet key is new), a
 * step of SPQR, the MAC, the plaintext. Only then is there a new state; until then nothing has happened.
 */
import { equalBytes, type Primitives, wipe } from '@sotto/primitives'
import { generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { sessionVersion } from '#limits.ts'
import {
  isSameAccount,
  type ProtocolAddress,
  serializeAddressPair,
} from '#messages/service-address.ts'
import { hasValidMac, type SignalMessage } from '#messages/signal-message.ts'
import type { Randomness } from '#randomness.ts'
import { type MessageKeys, messageKeys } from '#ratchet/message-keys.ts'
import {
  findReceiverChain,
  putReceiverChain,
  type ReceiverChain,
  takeSeed,
} from '#ratchet/receiver-chain.ts'
import { rootStep } from '#ratchet/root-step.ts'
import { noSkippedSeeds } from '#ratchet/skipped-seeds.ts'
import type { SessionState } from '#session/session-state.ts'
import { newSecrets, receiveSpqr } from '#spqr/spqr.ts'

export interface Addresses {
  readonly local: ProtocolAddress
  readonly remote: ProtocolAddress
}

export type ReadMessage =
  | {
      readonly kind: 'read'
      readonly state: SessionState
      readonly plaintext: Uint8Array
      readonly wipe: readonly Uint8Array[]
    }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'refused' }

interface Chain {
  /** In the state, undefined when the chain is new. */
  readonly before: ReceiverChain | undefined
  readonly chain: ReceiverChain
  /** Of a new chain: the root key behind it. */
  readonly rootKey: Uint8Array | undefined
}

const refused: ReadMessage = { kind: 'refused' }

/** Draws 32 bytes when the message brings a new ratchet key and is accepted, nothing otherwise. */
export function readMessage(
  primitives: Primitives,
  state: SessionState,
  message: SignalMessage,
  addresses: Addresses,
  random: Randomness,
): ReadMessage {
  if (message.version !== sessionVersion) return refused
  const found = openChain(primitives, state, message.ratchetKey)
  if (found === undefined) return refused
  const taken = takeSeed(primitives, found.chain, message.counter, isSelf(state, addresses))
  if (taken.kind !== 'taken') {
    discard(found)
    return taken.kind === 'gone' ? { kind: 'duplicate' } : refused
  }
  const spqr = receiveSpqr(primitives, state.spqr, message.spqrMessage)
  const keys = spqr.kind === 'received' ? messageKeys(primitives, taken.seed, spqr.key) : undefined
  const plaintext =
    keys === undefined ? undefined : open(primitives, state, message, addresses, keys)
  wipe(taken.seed)
  if (keys !== undefined) wipe(keys.all)
  if (spqr.kind !== 'received' || plaintext === undefined) {
    if (spqr.kind === 'received') wipe(spqr.key, ...newSecrets(spqr.state, state.spqr))
    discard(found)
    return refused
  }

  const { chains, dropped } = putReceiverChain(state.receivers, found.before, taken.chain)
  const common = { ...state, receivers: chains, spqr: spqr.state, pending: undefined }
  const erased = [
    ...taken.wipe,
    ...spqr.wipe,
    spqr.key,
    ...dropped.flatMap((chain) => [chain.chainKey, chain.skipped]),
  ]
  if (found.rootKey === undefined) {
    return { kind: 'read', state: common, plaintext, wipe: erased }
  }
  const next = turnRatchet(primitives, common, message.ratchetKey, found.rootKey, random)
  if (next === undefined) return refused
  const { rootKey, sender } = state
  erased.push(rootKey, sender.ratchet.privateKey, sender.chainKey)
  return { kind: 'read', state: next, plaintext, wipe: erased }
}

/** The chain of a ratchet key, a new one if need be. Undefined when the key agrees on nothing. */
function openChain(
  primitives: Primitives,
  state: SessionState,
  ratchetKey: Uint8Array,
): Chain | undefined {
  const before = findReceiverChain(state.receivers, ratchetKey)
  if (before !== undefined) return { before, chain: before, rootKey: undefined }
  const agreement = primitives.x25519(state.sender.ratchet.privateKey, ratchetKey)
  if (agreement === undefined) return undefined
  const { rootKey, chainKey } = rootStep(primitives, state.rootKey, agreement)
  wipe(agreement)
  const chain = { ratchetKey, chainKey, index: 0, skipped: noSkippedSeeds }
  return { before: undefined, chain, rootKey }
}

/** Erases what was derived for a chain that does not come to be. */
function discard({ before, chain, rootKey }: Chain): void {
  if (before === undefined) wipe(chain.chainKey)
  if (rootKey !== undefined) wipe(rootKey)
}

function open(
  primitives: Primitives,
  state: SessionState,
  message: SignalMessage,
  addresses: Addresses,
  keys: MessageKeys,
): Uint8Array | undefined {
  const isAuthentic = hasValidMac(primitives, message, {
    macKey: keys.macKey,
    senderIdentity: state.remoteIdentity,
    recipientIdentity: state.localIdentity,
  })
  if (!isAuthentic || !areAddressesOurs(message, addresses)) return undefined
  return primitives.decryptAesCbc(keys.cipherKey, keys.iv, message.ciphertext)
}

/** What a message says of its addresses must be what we know of them. Most say nothing. */
function areAddressesOurs(
  { addresses: said }: SignalMessage,
  { local, remote }: Addresses,
): boolean {
  if (said === undefined) return true
  const known = serializeAddressPair(remote, local)
  return known !== undefined && equalBytes(known, said)
}

/** The second half of a ratchet step: a new key pair of ours, and the chain that we send with it. */
function turnRatchet(
  primitives: Primitives,
  state: SessionState,
  theirs: Uint8Array,
  receivedRootKey: Uint8Array,
  random: Randomness,
): SessionState | undefined {
  const ratchet = generateCurveKeyPair(primitives, random)
  const agreement = primitives.x25519(ratchet.privateKey, theirs)
  if (agreement === undefined) return undefined
  const { rootKey, chainKey } = rootStep(primitives, receivedRootKey, agreement)
  wipe(agreement, receivedRootKey)
  return {
    ...state,
    rootKey,
    sender: { ratchet, chainKey, index: 0 },
    previousCounter: Math.max(state.sender.index - 1, 0),
  }
}

function isSelf(state: SessionState, { local, remote }: Addresses): boolean {
  return isSameAccount(
    { name: local.name, identityKey: state.localIdentity },
    { name: remote.name, identityKey: state.remoteIdentity },
  )
}
