/**
 * @module One message out: a step of SPQR, a step of the sending chain, and the bytes.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import { SignalError } from '#errors.ts'
import { serializePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import { type ProtocolAddress, serializeAddressPair } from '#messages/service-address.ts'
import { serializeSignalMessage } from '#messages/signal-message.ts'
import type { Randomness } from '#randomness.ts'
import { maxChainIndex, messageSeed, nextChainKey } from '#ratchet/chain-key.ts'
import { messageKeys } from '#ratchet/message-keys.ts'
import { noSession } from '#session/outcomes.ts'
import type { CiphertextMessage } from '#session/parties.ts'
import type { SessionRecord } from '#session/session-record.ts'
import { isStale, type SessionState } from '#session/session-state.ts'
import { sendSpqr } from '#spqr/spqr.ts'

export interface EncryptInput {
  readonly local: ProtocolAddress
  readonly remote: ProtocolAddress
  readonly record: SessionRecord | undefined
  readonly plaintext: Uint8Array
  readonly nowMillis: number
}

export interface Encrypted {
  /** To be stored before the message is sent: who sends twice from one record uses one key twice. */
  readonly record: SessionRecord
  readonly message: CiphertextMessage
  /** Whose it is. Not to be sent if that key is not trusted. 32 bytes. */
  readonly remoteIdentity: Uint8Array
  readonly wipe: readonly Uint8Array[]
}

export function encrypt(
  primitives: Primitives,
  { local, remote, record, plaintext, nowMillis }: EncryptInput,
  random: Randomness,
): Encrypted {
  const state = record?.current
  if (record === undefined || state === undefined) throw noSession('a bundle is needed')
  if (isStale(state, nowMillis)) throw noSession('the peer has not answered for too long')
  const { sender } = state
  if (sender.index >= maxChainIndex) {
    throw new SignalError('invalid-state', 'Cannot encrypt: the sending chain is at its end')
  }

  const spqr = sendSpqr(primitives, state.spqr, random)
  const seed = messageSeed(primitives, sender.chainKey)
  const keys = messageKeys(primitives, seed, spqr.key)
  const bytes = serializeSignalMessage(
    primitives,
    {
      ratchetKey: sender.ratchet.publicKey,
      counter: sender.index,
      previousCounter: state.previousCounter,
      ciphertext: primitives.encryptAesCbc(keys.cipherKey, keys.iv, plaintext),
      spqrMessage: spqr.message,
      addresses: state.pending === undefined ? undefined : serializeAddressPair(local, remote),
    },
    {
      macKey: keys.macKey,
      senderIdentity: state.localIdentity,
      recipientIdentity: state.remoteIdentity,
    },
  )
  wipe(seed, keys.all, spqr.key)
  const next: SessionState = {
    ...state,
    sender: {
      ratchet: sender.ratchet,
      chainKey: nextChainKey(primitives, sender.chainKey),
      index: sender.index + 1,
    },
    spqr: spqr.state,
  }
  return {
    record: { current: next, archived: record.archived },
    message: envelop(state, bytes),
    remoteIdentity: state.remoteIdentity,
    wipe: [sender.chainKey, ...spqr.wipe],
  }
}

/** As long as the peer has not answered, each message carries what its first one needs. */
function envelop(state: SessionState, message: Uint8Array): CiphertextMessage {
  const { pending } = state
  if (pending === undefined) return { type: 'whisper', bytes: message }
  const bytes = serializePreKeySignalMessage({
    registrationId: state.localRegistrationId,
    oneTimePrekeyId: pending.oneTimePrekeyId,
    signedPrekeyId: pending.signedPrekeyId,
    kyber: pending.kyber,
    baseKey: state.baseKey,
    identityKey: state.localIdentity,
    message,
  })
  return { type: 'prekey', bytes }
}
