/**
 * @module Telling a sender that their message could not be decrypted, and which one, so that they send it again. It
 * travels unencrypted within plaintext content, because the session is what may be broken.
 *
 * | tag | type | what |
 * |---|---|---|
 * | 1 | bytes | ratchet key of the message, 33; absent for group messages |
 * | 2 | uint64 | when it was sent, in ms; required |
 * | 3 | uint32 | the device that sent it |
 */
import { equalBytes } from '@sotto/primitives'
import { ProtobufReader } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import { parseCurveKey, serializeCurveKey } from '#keys/serialized-key.ts'
import { parsePreKeySignalMessage } from '#messages/pre-key-signal-message.ts'
import { bytesField, encodeFields, varintField } from '#messages/protobuf-fields.ts'
import { parseSignalMessage } from '#messages/signal-message.ts'

export interface DecryptionErrorMessage {
  /** 32 bytes. Undefined for a group message. */
  readonly ratchetKey: Uint8Array | undefined
  /** Exact up to 2^53. */
  readonly timestampMillis: number
  readonly deviceId: number
}

export interface FailedMessage {
  readonly type: 'prekey' | 'whisper' | 'sender-key' | 'plaintext'
  readonly bytes: Uint8Array
}

/** What to tell the sender of this message, which `deviceId` of theirs sent at `timestampMillis`. */
export function decryptionErrorFor(
  failed: FailedMessage,
  timestampMillis: number,
  deviceId: number,
): DecryptionErrorMessage {
  return { ratchetKey: ratchetKeyOf(failed), timestampMillis, deviceId }
}

function ratchetKeyOf({ type, bytes }: FailedMessage): Uint8Array | undefined {
  switch (type) {
    case 'prekey':
      return parsePreKeySignalMessage(bytes).message.ratchetKey
    case 'whisper':
      return parseSignalMessage(bytes).ratchetKey
    case 'sender-key':
      return undefined
    case 'plaintext':
      throw new SignalError(
        'invalid-argument',
        'Cannot make decryption error: plaintext content is not encrypted',
      )
  }
}

export function writeDecryptionErrorMessage(message: DecryptionErrorMessage): Uint8Array {
  const { ratchetKey, timestampMillis, deviceId } = message
  return encodeFields([
    ratchetKey === undefined ? undefined : bytesField(1, serializeCurveKey(ratchetKey)),
    varintField(2, timestampMillis),
    varintField(3, deviceId),
  ])
}

export function parseDecryptionErrorMessage(bytes: Uint8Array): DecryptionErrorMessage {
  let ratchetKey: Uint8Array | undefined
  let timestampMillis: number | undefined
  let deviceId = 0
  const reader = new ProtobufReader(bytes)
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        ratchetKey = reader.bytes()
        break
      case 2:
        timestampMillis = reader.uint64()
        break
      case 3:
        deviceId = reader.int32() >>> 0
        break
      default:
        reader.skip()
    }
  }
  if (reader.failed || timestampMillis === undefined) {
    throw new SignalError('malformed', 'Cannot read decryption error message: malformed')
  }
  return {
    ratchetKey: ratchetKey === undefined ? undefined : parseCurveKey(new Uint8Array(ratchetKey)),
    timestampMillis,
    deviceId,
  }
}

/**
 * Whether the message that failed was made by the session that we still send with, whose sending ratchet key is given.
 * Such a session is archived, so that the next message starts a new one; any other is gone already.
 */
export function isForCurrentSession(
  message: DecryptionErrorMessage,
  currentSenderRatchetKey: Uint8Array | undefined,
): boolean {
  if (message.ratchetKey === undefined || currentSenderRatchetKey === undefined) return false
  return equalBytes(message.ratchetKey, currentSenderRatchetKey)
}
