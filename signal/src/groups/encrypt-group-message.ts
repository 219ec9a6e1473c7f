/**
 * @module Encrypting once for a whole group.
 */
import { wipe, type Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { ownState } from '#groups/distribute-sender-key.ts'
import { encryptWithSeed, messageSeed, nextChainKey } from '#groups/sender-chain.ts'
import type { SenderKeyRecord } from '#groups/sender-key-record.ts'
import { writeUnsignedSenderKeyMessage } from '#messages/sender-key-message.ts'
import type { Randomness } from '#randomness.ts'

/** Iterations are uint32; the last one has no successor and is not used. */
export const lastIteration = 0xffff_ffff

const signatureRandomBytes = 64

export interface EncryptedGroupMessage {
  readonly record: SenderKeyRecord
  readonly message: Uint8Array
  readonly wipe: readonly Uint8Array[]
}

export function encryptGroupMessage(
  primitives: Primitives,
  input: {
    readonly record: SenderKeyRecord | undefined
    readonly distributionId: string
    readonly plaintext: Uint8Array
  },
  random: Randomness,
): EncryptedGroupMessage {
  if (input.record === undefined || input.record.states.length === 0) {
    throw new SignalError('sender-key-not-found', 'Cannot send to group: no sender key')
  }
  const state = ownState(input.record)
  if (state.iteration === lastIteration) {
    throw new SignalError('invalid-state', 'Cannot send to group: the sender key is used up')
  }
  const seed = messageSeed(primitives, state.chainKey)
  const signed = writeUnsignedSenderKeyMessage({
    distributionId: input.distributionId,
    chainId: state.chainId,
    iteration: state.iteration,
    ciphertext: encryptWithSeed(primitives, seed, input.plaintext),
  })
  wipe(seed)
  const signature = primitives.signXeddsa(
    state.signingPrivateKey,
    signed,
    random(signatureRandomBytes),
  )
  const message = new Uint8Array(signed.length + signature.length)
  message.set(signed)
  message.set(signature, signed.length)

  const next = {
    ...state,
    iteration: state.iteration + 1,
    chainKey: nextChainKey(primitives, state.chainKey),
  }
  return {
    record: { states: [next, ...input.record.states.slice(1)] },
    message,
    wipe: [state.chainKey],
  }
}
