/**
 * @module Giving out one's own key for a group. The message carries the chain as it stands now: who joins late cannot
 * read what was sent before.
 */
import type { Primitives } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import type { SenderKeyRecord, SenderKeyState } from '#groups/sender-key-record.ts'
import { generateCurveKeyPair } from '#keys/curve-key-pair.ts'
import { writeSenderKeyDistributionMessage } from '#messages/sender-key-distribution-message.ts'
import type { Randomness } from '#randomness.ts'

const chainKeyBytes = 32

export interface DistributedSenderKey {
  readonly record: SenderKeyRecord
  /** To be sent to every member within their session. */
  readonly message: Uint8Array
}

/**
 * Announces the key of this record, or without a record makes one. To change keys, as after every removal of a member,
 * start without a record and under a new distribution id.
 */
export function distributeSenderKey(
  primitives: Primitives,
  own: { readonly record: SenderKeyRecord | undefined; readonly distributionId: string },
  random: Randomness,
): DistributedSenderKey {
  const record = own.record ?? { states: [newState(primitives, random)] }
  const state = ownState(record)
  const message = writeSenderKeyDistributionMessage({
    distributionId: own.distributionId,
    chainId: state.chainId,
    iteration: state.iteration,
    chainKey: state.chainKey,
    signingKey: state.signingKey,
  })
  return { record, message }
}

/** The state to send with. */
export function ownState(
  record: SenderKeyRecord,
): SenderKeyState & { readonly signingPrivateKey: Uint8Array } {
  const state = record.states[0]
  if (state?.signingPrivateKey === undefined) {
    throw new SignalError('invalid-state', 'Cannot send to group: the record has no key of ours')
  }
  return { ...state, signingPrivateKey: state.signingPrivateKey }
}

function newState(primitives: Primitives, random: Randomness): SenderKeyState {
  const chainIdBytes = random(4)
  const chainKey = random(chainKeyBytes)
  const signingPair = generateCurveKeyPair(primitives, random)
  return {
    // 31 bits, for implementations whose integers are signed.
    chainId: new DataView(chainIdBytes.buffer, chainIdBytes.byteOffset).getUint32(0) >>> 1,
    iteration: 0,
    chainKey,
    signingKey: signingPair.publicKey,
    signingPrivateKey: signingPair.privateKey,
    skipped: [],
  }
}
