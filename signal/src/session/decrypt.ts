/**
 * @module A message in: which session is it of? A first message names its session by its base key and starts it if
 * there is none; any other is tried on all sessions, the current one first.
 *
 * Whose message it was is in the answer. The caller decides whether that key is trusted, then stores the record, and
 * only then shows the plaintext.
 */
import { type Primitives, wipe } from '@sotto/primitives'
import { sessionVersion } from '#limits.ts'
import {
  parsePreKeySignalMessage,
  type PreKeySignalMessage,
} from '#messages/pre-key-signal-message.ts'
import type { ProtocolAddress } from '#messages/service-address.ts'
import { parseSignalMessage, type SignalMessage } from '#messages/signal-message.ts'
import { acceptSession, type OwnPrekeys, type UsedPrekeys } from '#pqxdh/accept-session.ts'
import type { Randomness } from '#randomness.ts'
import { duplicate, noSession, refusal } from '#session/outcomes.ts'
import type { CiphertextMessage, LocalDevice } from '#session/parties.ts'
import { readMessage } from '#session/read-message.ts'
import {
  emptyRecord,
  findByBaseKey,
  openArchived,
  promote,
  type RecordStep,
  type SessionRecord,
  startSession,
} from '#session/session-record.ts'
import { secretsOf, type SessionState } from '#session/session-state.ts'

export interface DecryptInput {
  readonly local: LocalDevice
  readonly remote: ProtocolAddress
  readonly record: SessionRecord | undefined
  readonly message: CiphertextMessage
  /** For a message that starts a session: what `prekeysNeededBy` asked for. */
  readonly prekeys: OwnPrekeys
}

export interface Decrypted {
  readonly record: SessionRecord
  readonly plaintext: Uint8Array
  /** Whose it was, 32 bytes. Nothing of this may be stored or shown if that key is not trusted. */
  readonly remoteIdentity: Uint8Array
  /** When a session was started. */
  readonly used: UsedPrekeys | undefined
  readonly wipe: readonly Uint8Array[]
}

export interface NeededPrekeys {
  readonly signedPrekeyId: number
  readonly kyberPrekeyId: number
  readonly oneTimePrekeyId: number | undefined
}

export const noPrekeys: OwnPrekeys = { signed: undefined, kyber: undefined, oneTime: undefined }

/** What must be loaded before a message can be decrypted. Undefined when that is nothing. */
export function prekeysNeededBy(
  record: SessionRecord | undefined,
  message: PreKeySignalMessage,
): NeededPrekeys | undefined {
  const { kyber, signedPrekeyId, oneTimePrekeyId } = message
  if (kyber === undefined || message.version !== sessionVersion) return undefined
  if (record !== undefined && findByBaseKey(record, message.baseKey) !== undefined) {
    return undefined
  }
  return { signedPrekeyId, kyberPrekeyId: kyber.prekeyId, oneTimePrekeyId }
}

export function decrypt(
  primitives: Primitives,
  input: DecryptInput,
  random: Randomness,
): Decrypted {
  const { type, bytes } = input.message
  switch (type) {
    case 'prekey':
      return decryptFirst(primitives, input, parsePreKeySignalMessage(bytes), random)
    case 'whisper':
      return decryptAny(primitives, input, parseSignalMessage(bytes), random)
  }
}

function decryptFirst(
  primitives: Primitives,
  input: DecryptInput,
  message: PreKeySignalMessage,
  random: Randomness,
): Decrypted {
  const { state, isOurs, used, put } = sessionOf(primitives, input, message)
  const addresses = { local: input.local.address, remote: input.remote }
  const read = readMessage(primitives, state, message.message, addresses, random)
  if (read.kind === 'read') return decrypted(put(read.state), read, used)
  if (isOurs) wipe(...secretsOf(state))
  throw read.kind === 'duplicate' ? duplicate() : refusal()
}

interface NamedSession {
  readonly state: SessionState
  /** Whether the state was made for this message, and is nobody else's to erase. */
  readonly isOurs: boolean
  readonly used: UsedPrekeys | undefined
  /** The record with what the state became, as the current session. */
  readonly put: (next: SessionState) => RecordStep
}

/** The session that the message names: found, or started. */
function sessionOf(
  primitives: Primitives,
  { local, remote, record = emptyRecord, prekeys }: DecryptInput,
  message: PreKeySignalMessage,
): NamedSession {
  // What is of another version has no session here, and gets none.
  if (message.version !== sessionVersion) throw refusal()
  const found = findByBaseKey(record, message.baseKey)
  switch (found?.kind) {
    case 'current': {
      const put = (current: SessionState): RecordStep => ({
        record: { ...record, current },
        wipe: [],
      })
      return { state: found.state, isOurs: false, used: undefined, put }
    }
    case 'archived': {
      const { archived } = found
      const put = (next: SessionState): RecordStep => promote(record, archived, next)
      return { state: openArchived(archived), isOurs: true, used: undefined, put }
    }
    case undefined: {
      const { state, used } = acceptSession(primitives, { local, remote, message, prekeys })
      return { state, isOurs: true, used, put: (next) => startSession(record, next) }
    }
  }
}

function decryptAny(
  primitives: Primitives,
  { local, remote, record }: DecryptInput,
  message: SignalMessage,
  random: Randomness,
): Decrypted {
  if (record === undefined) throw noSession('a message of one that is not known')
  const addresses = { local: local.address, remote }
  const { current, archived } = record
  if (current !== undefined) {
    const read = readMessage(primitives, current, message, addresses, random)
    if (read.kind === 'duplicate') throw duplicate()
    if (read.kind === 'read') {
      return decrypted({ record: { current: read.state, archived }, wipe: [] }, read, undefined)
    }
  }
  for (const each of archived) {
    const state = openArchived(each)
    const read = readMessage(primitives, state, message, addresses, random)
    if (read.kind === 'read') return decrypted(promote(record, each, read.state), read, undefined)
    wipe(...secretsOf(state))
    if (read.kind === 'duplicate') throw duplicate()
  }
  throw refusal()
}

function decrypted(
  step: RecordStep,
  read: {
    readonly state: SessionState
    readonly plaintext: Uint8Array
    readonly wipe: readonly Uint8Array[]
  },
  used: UsedPrekeys | undefined,
): Decrypted {
  return {
    record: step.record,
    plaintext: read.plaintext,
    remoteIdentity: read.state.remoteIdentity,
    used,
    wipe: [...step.wipe, ...read.wipe],
  }
}
