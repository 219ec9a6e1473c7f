/**
 * @module Decrypting what a member sent to a group, in any order. The signature comes first: nothing is computed for
 * someone who only knows the group's keys.
 */
import { wipe, type Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { lastIteration } from '#groups/encrypt-group-message.ts'
import { decryptWithSeed, messageSeed, nextChainKey } from '#groups/sender-chain.ts'
import {
  secretsOf,
  type SenderKeyRecord,
  type SenderKeyState,
  type SkippedSeed,
} from '#groups/sender-key-record.ts'
import { maxForwardJump, maxSkippedKeys } from '#limits.ts'
import type { SenderKeyMessage } from '#messages/sender-key-message.ts'

export interface DecryptedGroupMessage {
  readonly record: SenderKeyRecord
  readonly plaintext: Uint8Array
  readonly wipe: readonly Uint8Array[]
}

/** `record` is what is kept for this sender and the message's distribution id. */
export function decryptGroupMessage(
  primitives: Primitives,
  record: SenderKeyRecord | undefined,
  message: SenderKeyMessage,
): DecryptedGroupMessage {
  const state = record?.states.find((candidate) => candidate.chainId === message.chainId)
  if (record === undefined || state === undefined) {
    throw new SignalError('sender-key-not-found', 'Cannot decrypt group message: no sender key')
  }
  if (!primitives.verifyXeddsa(state.signingKey, message.signed, message.signature)) {
    throw new SignalError('invalid-signature', 'Cannot decrypt group message: invalid signature')
  }
  const step =
    message.iteration < state.iteration
      ? takeSkipped(state, message.iteration)
      : advance(primitives, state, message.iteration)

  const plaintext = decryptWithSeed(primitives, step.seed, message.ciphertext)
  if (plaintext === undefined) {
    const held = new Set(secretsOf(state))
    wipe(...[step.seed, ...secretsOf(step.state)].filter((secret) => !held.has(secret)))
    throw invalidMessage()
  }
  return {
    record: {
      states: record.states.map((other) => (other === state ? step.state : other)),
    },
    plaintext,
    wipe: step.wipe,
  }
}

interface Step {
  readonly state: SenderKeyState
  readonly seed: Uint8Array
  readonly wipe: readonly Uint8Array[]
}

function takeSkipped(state: SenderKeyState, iteration: number): Step {
  const found = state.skipped.find((skipped) => skipped.iteration === iteration)
  if (found === undefined) {
    throw new SignalError('duplicated-message', 'Cannot decrypt group message: its key is gone')
  }
  const skipped = state.skipped.filter((other) => other !== found)
  return { state: { ...state, skipped }, seed: found.seed, wipe: [found.seed] }
}

function advance(primitives: Primitives, state: SenderKeyState, iteration: number): Step {
  if (iteration - state.iteration > maxForwardJump) throw invalidMessage()
  if (iteration === lastIteration) {
    throw new SignalError('invalid-state', 'Cannot decrypt group message: the key is used up')
  }
  // Seeds that would be dropped again at once are not made.
  const firstKept = iteration - maxSkippedKeys
  const added: SkippedSeed[] = []
  let chainKey = state.chainKey
  for (let i = state.iteration; i < iteration; i++) {
    if (i >= firstKept) added.push({ iteration: i, seed: messageSeed(primitives, chainKey) })
    chainKey = stepChain(primitives, state, chainKey)
  }
  const seed = messageSeed(primitives, chainKey)
  chainKey = stepChain(primitives, state, chainKey)

  const all = [...state.skipped, ...added]
  const dropped = all.slice(0, Math.max(0, all.length - maxSkippedKeys))
  return {
    state: { ...state, iteration: iteration + 1, chainKey, skipped: all.slice(dropped.length) },
    seed,
    wipe: [state.chainKey, seed, ...dropped.map((skipped) => skipped.seed)],
  }
}

/** The chain key after this one, which is erased unless the given state holds it. */
function stepChain(
  primitives: Primitives,
  state: SenderKeyState,
  chainKey: Uint8Array,
): Uint8Array {
  const next = nextChainKey(primitives, chainKey)
  if (chainKey !== state.chainKey) wipe(chainKey)
  return next
}

function invalidMessage(): SignalError {
  return new SignalError('invalid-message', 'Cannot decrypt group message')
}
