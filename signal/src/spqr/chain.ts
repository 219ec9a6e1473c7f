/**
 * @module Message keys: for every epoch a chain in each direction, seeded by the epoch's secret.
 *
 * | | HKDF-SHA-256 | 32 bytes each |
 * |---|---|---|
 * | start | key of the handshake | next root ‖ initiator's chain ‖ responder's chain |
 * | next epoch | salt next root, key epoch secret | the same |
 * | step | key of the chain, info counter ‖ label | key of the chain ‖ message key |
 *
 * The counter goes up before the step, so the first message key of a chain has index 1.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import { maxForwardJump, maxSelfForwardJump, maxSkippedKeys } from '#limits.ts'
import { chainAddEpochLabel, chainNextLabel, chainStartLabel, withCounter } from '#spqr/labels.ts'
import { maxKeyIndex } from '#spqr/message.ts'
import { splitKeys } from '#spqr/split-keys.ts'
import { findStoredKey, type StoredKey, withKeys, withoutKey } from '#spqr/stored-keys.ts'

export type Role = 'initiator' | 'responder'

export interface SendChain {
  /** How many keys were made. */
  readonly counter: number
  readonly key: Uint8Array
}

export interface ReceiveChain {
  readonly counter: number
  readonly key: Uint8Array
  readonly stored: readonly StoredKey[]
}

export interface EpochChains {
  /** Undefined once a newer epoch is sent with. */
  readonly send: SendChain | undefined
  readonly receive: ReceiveChain
}

export interface Chains {
  readonly role: Role
  /** A session with oneself may jump ahead without limit. */
  readonly isSelf: boolean
  readonly nextRoot: Uint8Array
  readonly currentEpoch: number
  readonly sendEpoch: number
  /** From the epoch before `sendEpoch`, if there is one, to `currentEpoch`. */
  readonly epochs: readonly EpochChains[]
}

export function startChains(
  primitives: Primitives,
  authKey: Uint8Array,
  role: Role,
  isSelf: boolean,
): Chains {
  const keys = primitives.hkdfSha256(undefined, authKey, chainStartLabel, 96)
  const { nextRoot, epoch } = split(keys, role)
  return { role, isSelf, nextRoot, currentEpoch: 0, sendEpoch: 0, epochs: [epoch] }
}

export interface ChainsChanged {
  readonly chains: Chains
  readonly wipe: readonly Uint8Array[]
}

/** The epoch is the one after the current. */
export function addEpoch(
  primitives: Primitives,
  chains: Chains,
  epochSecret: Uint8Array,
): ChainsChanged {
  const keys = primitives.hkdfSha256(chains.nextRoot, epochSecret, chainAddEpochLabel, 96)
  const { nextRoot, epoch } = split(keys, chains.role)
  const currentEpoch = chains.currentEpoch + 1
  return {
    chains: { ...chains, nextRoot, currentEpoch, epochs: [...chains.epochs, epoch] },
    wipe: [chains.nextRoot],
  }
}

export interface SendKey extends ChainsChanged {
  readonly index: number
  readonly key: Uint8Array
}

/** The next key to send with. The first one of an epoch ends sending with those before it. */
export function nextSendKey(primitives: Primitives, chains: Chains, epoch: number): SendKey {
  const advanced = epoch === chains.sendEpoch ? { chains, wipe: [] } : advance(chains, epoch)
  const { epochs } = advanced.chains
  const at = epochs.length - 1 - (chains.currentEpoch - epoch)
  const current = epochs[at]
  const send = current?.send
  if (current === undefined || send === undefined || send.counter === maxKeyIndex) {
    throw new RangeError(`Cannot send: the chain of epoch ${epoch} has no key left`)
  }
  const counter = send.counter + 1
  const { chainKey, messageKey } = step(primitives, send.key, counter)
  const next = { ...current, send: { counter, key: chainKey } }
  return {
    chains: { ...advanced.chains, epochs: epochs.with(at, next) },
    index: counter,
    key: messageKey,
    wipe: [...advanced.wipe, send.key],
  }
}

/** Makes `epoch` the one to send with: one older epoch stays, to receive with. */
function advance(chains: Chains, epoch: number): ChainsChanged {
  const first = chains.currentEpoch + 1 - chains.epochs.length
  const dropped = chains.epochs.slice(0, Math.max(0, epoch - 1 - first))
  const kept = chains.epochs.slice(dropped.length)
  const older = epoch - first - dropped.length
  return {
    chains: {
      ...chains,
      sendEpoch: epoch,
      epochs: kept.map((each, i) => (i < older ? { ...each, send: undefined } : each)),
    },
    wipe: [
      ...dropped.flatMap(({ receive }) => [receive.key, ...receive.stored.map(({ key }) => key)]),
      ...chains.epochs
        .slice(0, dropped.length + older)
        .flatMap(({ send }) => (send === undefined ? [] : [send.key])),
    ],
  }
}

export type ReceiveKey =
  | ({ readonly kind: 'received'; readonly key: Uint8Array } & ChainsChanged)
  /** The key was taken before, or is too old to be kept. */
  | { readonly kind: 'duplicate' }
  /** The epoch is unknown or gone, or the index too far ahead. */
  | { readonly kind: 'refused' }

export function takeReceiveKey(
  primitives: Primitives,
  chains: Chains,
  epoch: number,
  index: number,
): ReceiveKey {
  const at = chains.epochs.length - 1 - (chains.currentEpoch - epoch)
  const current = chains.epochs[at]
  if (current === undefined) return { kind: 'refused' }
  const { counter } = current.receive
  const isAhead = index > counter
  const maxJump = chains.isSelf ? maxSelfForwardJump : maxForwardJump
  if (isAhead && index - counter > maxJump) return { kind: 'refused' }

  const taken = isAhead
    ? jump(primitives, current.receive, index)
    : takeStored(current.receive, index)
  if (taken === undefined) return { kind: 'duplicate' }
  const next = { ...current, receive: taken.receive }
  return {
    kind: 'received',
    key: taken.key,
    chains: { ...chains, epochs: chains.epochs.with(at, next) },
    wipe: taken.wipe,
  }
}

interface Taken {
  readonly receive: ReceiveChain
  readonly key: Uint8Array
  readonly wipe: readonly Uint8Array[]
}

function takeStored(receive: ReceiveChain, index: number): Taken | undefined {
  if (index + maxSkippedKeys < receive.counter) return undefined
  const at = findStoredKey(receive.stored, index)
  if (at === undefined) return undefined
  const { key } = receive.stored[at] as StoredKey
  return {
    receive: { ...receive, stored: withoutKey(receive.stored, at) },
    // A copy: the caller may drop the new state, and the older one needs the key again.
    key: new Uint8Array(key),
    wipe: [key],
  }
}

/** Steps up to the index and keeps the keys on the way that can still be asked for then. */
function jump(primitives: Primitives, receive: ReceiveChain, index: number): Taken {
  const { counter } = receive
  const firstKept = Math.max(counter + 1, index - maxSkippedKeys)
  const skipped: StoredKey[] = []
  let last = step(primitives, receive.key, counter + 1)
  for (let i = counter + 1; i < index; i++) {
    if (i >= firstKept) skipped.push({ index: i, key: last.messageKey })
    else wipe(last.messageKey)
    const { chainKey } = last
    last = step(primitives, chainKey, i + 1)
    wipe(chainKey)
  }

  const isPastAll = index > counter + maxSkippedKeys
  const outlived = isPastAll ? receive.stored : []
  const { keys, dropped } = withKeys(isPastAll ? [] : receive.stored, skipped, index)
  return {
    receive: { counter: index, key: last.chainKey, stored: keys },
    key: last.messageKey,
    wipe: [receive.key, ...[...outlived, ...dropped].map(({ key }) => key)],
  }
}

function step(
  primitives: Primitives,
  key: Uint8Array,
  counter: number,
): { readonly chainKey: Uint8Array; readonly messageKey: Uint8Array } {
  const info = withCounter(counter, chainNextLabel)
  const [chainKey, messageKey] = splitKeys(primitives.hkdfSha256(undefined, key, info, 64))
  return { chainKey: chainKey as Uint8Array, messageKey: messageKey as Uint8Array }
}

function split(
  derived: Uint8Array,
  role: Role,
): { readonly nextRoot: Uint8Array; readonly epoch: EpochChains } {
  const [nextRoot, ofInitiator, ofResponder] = splitKeys(derived) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const [send, receive] =
    role === 'initiator' ? [ofInitiator, ofResponder] : [ofResponder, ofInitiator]
  return {
    nextRoot,
    epoch: { send: { counter: 0, key: send }, receive: { counter: 0, key: receive, stored: [] } },
  }
}
