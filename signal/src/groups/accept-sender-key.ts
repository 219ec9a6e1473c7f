/**
 * @module Taking a sender's key for a group from its distribution message, which came within the sender's session.
 */
import { equalBytes } from '@sotto/primitives'
import { secretsOf, type SenderKeyRecord, type SenderKeyState } from '#groups/sender-key-record.ts'
import { maxSenderKeyStates } from '#limits.ts'
import type { SenderKeyDistributionMessage } from '#messages/sender-key-distribution-message.ts'

export interface AcceptedSenderKey {
  readonly record: SenderKeyRecord
  readonly wipe: readonly Uint8Array[]
}

/**
 * The key becomes the first of the record. One that is known already keeps its chain, which may be further on; another
 * one with the same chain id is replaced.
 */
export function acceptSenderKey(
  record: SenderKeyRecord | undefined,
  message: SenderKeyDistributionMessage,
): AcceptedSenderKey {
  const states = record?.states ?? []
  const known = states.find(
    (state) =>
      state.chainId === message.chainId && equalBytes(state.signingKey, message.signingKey),
  )
  const first: SenderKeyState = known ?? {
    chainId: message.chainId,
    iteration: message.iteration,
    chainKey: new Uint8Array(message.chainKey),
    signingKey: message.signingKey,
    skipped: [],
  }
  const others = states.filter((state) => state.chainId !== message.chainId)
  const kept = [first, ...others].slice(0, maxSenderKeyStates)
  const dropped = states.filter((state) => !kept.includes(state))
  return { record: { states: kept }, wipe: dropped.flatMap(secretsOf) }
}
