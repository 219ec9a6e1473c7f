/**
 * @module The state of one session: everything that the next message needs. Never changed: each step makes a new one
 * that shares with the old what stayed as it was, and lists what only the old one holds, for its owner to erase.
 */
import type { CurveKeyPair } from '#keys/curve-key-pair.ts'
import { unacknowledgedSessionMillis } from '#limits.ts'
import type { KyberPart } from '#messages/pre-key-signal-message.ts'
import type { ReceiverChain } from '#ratchet/receiver-chain.ts'
import { secretsOf as spqrSecretsOf, type SpqrState } from '#spqr/spqr.ts'

export interface SessionState {
  /** The initiator's ephemeral key. It names the session: both sides know it. */
  readonly baseKey: Uint8Array
  readonly localIdentity: Uint8Array
  readonly remoteIdentity: Uint8Array
  readonly localRegistrationId: number
  readonly remoteRegistrationId: number
  readonly rootKey: Uint8Array
  readonly sender: SenderChain
  /** How long our sending chain before this one was, less one. Only written into messages. */
  readonly previousCounter: number
  /** Oldest first. */
  readonly receivers: readonly ReceiverChain[]
  readonly spqr: SpqrState
  /** As long as the peer has not answered. */
  readonly pending: PendingPrekeys | undefined
}

export interface SenderChain {
  readonly ratchet: CurveKeyPair
  /** Of the next message, which is `index`. */
  readonly chainKey: Uint8Array
  readonly index: number
}

/** What each of our messages repeats until the peer answers. */
export interface PendingPrekeys {
  readonly oneTimePrekeyId: number | undefined
  readonly signedPrekeyId: number
  readonly kyber: KyberPart
  readonly createdAtSeconds: number
}

/** Whether nobody has answered for so long that another bundle should be fetched. */
export function isStale({ pending }: SessionState, nowMillis: number): boolean {
  return (
    pending !== undefined &&
    pending.createdAtSeconds * 1000 + unacknowledgedSessionMillis < nowMillis
  )
}

/** What to erase of a state that is not used any more, each as the very object that holds it. */
export function secretsOf(state: SessionState): readonly Uint8Array[] {
  const secrets = spqrSecretsOf(state.spqr)
  secrets.push(state.rootKey, state.sender.ratchet.privateKey, state.sender.chainKey)
  for (const { chainKey, skipped } of state.receivers) secrets.push(chainKey, skipped)
  return secrets
}
