/**
 * @module PreKeySignalMessage: a SignalMessage with all that its recipient needs to start the session it belongs to.
 * `0x44 ‖ protobuf`, without a MAC of its own: what is outside is authenticated by the agreement that it leads to.
 *
 * | bytes | field | |
 * |---|---|---|
 * | `08` varint | id of the one-time prekey | not written when none was used |
 * | `12` 33 | base key: the initiator's ephemeral key | required |
 * | `1a` 33 | initiator's identity key | required |
 * | `22` length, bytes | the whole SignalMessage | required |
 * | `28` varint | initiator's registration id | 0 |
 * | `30` varint | id of the signed prekey | required |
 * | `38` varint | id of the Kyber prekey | required |
 * | `42` 1569 | Kyber ciphertext | required |
 */
import { ProtobufReader, ProtobufWriter, varintBytes } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import {
  parseCurveKey,
  parseKyber,
  serializeCurveKey,
  serializeKyber,
} from '#keys/serialized-key.ts'
import { sessionVersion } from '#limits.ts'
import {
  fieldBytes,
  messageVersionByte,
  parseSignalMessage,
  readableVersion,
  type SignalMessage,
  writeField,
} from '#messages/signal-message.ts'

export interface PreKeySignalMessage {
  readonly version: number
  readonly registrationId: number
  readonly oneTimePrekeyId: number | undefined
  readonly signedPrekeyId: number
  /** Undefined only in messages of version 3. */
  readonly kyber: KyberPart | undefined
  /** 32 bytes. */
  readonly baseKey: Uint8Array
  /** 32 bytes. */
  readonly identityKey: Uint8Array
  readonly message: SignalMessage
}

export interface KyberPart {
  readonly prekeyId: number
  /** 1568 bytes. */
  readonly ciphertext: Uint8Array
}

export interface PreKeySignalMessageParts {
  readonly registrationId: number
  readonly oneTimePrekeyId: number | undefined
  readonly signedPrekeyId: number
  readonly kyber: KyberPart
  readonly baseKey: Uint8Array
  readonly identityKey: Uint8Array
  /** Serialised. */
  readonly message: Uint8Array
}

export function serializePreKeySignalMessage(parts: PreKeySignalMessageParts): Uint8Array {
  const { oneTimePrekeyId, kyber, message } = parts
  const baseKey = serializeCurveKey(parts.baseKey)
  const identityKey = serializeCurveKey(parts.identityKey)
  const ciphertext = serializeKyber(kyber.ciphertext)
  const writer = new ProtobufWriter(
    1 +
      (oneTimePrekeyId === undefined ? 0 : 1 + varintBytes(oneTimePrekeyId)) +
      fieldBytes(baseKey) +
      fieldBytes(identityKey) +
      fieldBytes(message) +
      (1 + varintBytes(parts.registrationId)) +
      (1 + varintBytes(parts.signedPrekeyId)) +
      (1 + varintBytes(kyber.prekeyId)) +
      fieldBytes(ciphertext),
  )
  writer.byte(messageVersionByte)
  if (oneTimePrekeyId !== undefined) writeNumber(writer, 0x08, oneTimePrekeyId)
  writeField(writer, 0x12, baseKey)
  writeField(writer, 0x1a, identityKey)
  writeField(writer, 0x22, message)
  writeNumber(writer, 0x28, parts.registrationId)
  writeNumber(writer, 0x30, parts.signedPrekeyId)
  writeNumber(writer, 0x38, kyber.prekeyId)
  writeField(writer, 0x42, ciphertext)
  return writer.bytes
}

export function parsePreKeySignalMessage(bytes: Uint8Array): PreKeySignalMessage {
  if (bytes.length === 0) throw malformed()
  const version = readableVersion(bytes)
  let oneTimePrekeyId: number | undefined
  let baseKey: Uint8Array | undefined
  let identityKey: Uint8Array | undefined
  let message: Uint8Array | undefined
  let registrationId = 0
  let signedPrekeyId: number | undefined
  let kyberPrekeyId: number | undefined
  let kyberCiphertext: Uint8Array | undefined

  const reader = new ProtobufReader(bytes.subarray(1))
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        oneTimePrekeyId = reader.int32() >>> 0
        break
      case 2:
        baseKey = reader.bytes()
        break
      case 3:
        identityKey = reader.bytes()
        break
      case 4:
        message = reader.bytes()
        break
      case 5:
        registrationId = reader.int32() >>> 0
        break
      case 6:
        signedPrekeyId = reader.int32() >>> 0
        break
      case 7:
        kyberPrekeyId = reader.int32() >>> 0
        break
      case 8:
        kyberCiphertext = reader.bytes()
        break
      default:
        reader.skip()
    }
  }
  if (reader.failed) throw malformed()
  if (baseKey === undefined || identityKey === undefined) throw malformed()
  if (message === undefined || signedPrekeyId === undefined) throw malformed()
  return {
    version,
    registrationId,
    oneTimePrekeyId,
    signedPrekeyId,
    kyber: readKyber(version, kyberPrekeyId, kyberCiphertext),
    baseKey: parseCurveKey(baseKey),
    identityKey: parseCurveKey(identityKey),
    message: parseSignalMessage(message),
  }
}

/** Both or neither, and both in a message of today. */
function readKyber(
  version: number,
  prekeyId: number | undefined,
  ciphertext: Uint8Array | undefined,
): KyberPart | undefined {
  if (prekeyId !== undefined && ciphertext !== undefined) {
    return { prekeyId, ciphertext: parseKyber(ciphertext) }
  }
  if (prekeyId !== undefined || ciphertext !== undefined) throw malformed()
  if (version >= sessionVersion) throw malformed()
  return undefined
}

function writeNumber(writer: ProtobufWriter, tag: number, value: number): void {
  writer.byte(tag)
  writer.varint(value)
}

function malformed(): SignalError {
  return new SignalError('malformed', 'Cannot read message: it is no PreKeySignalMessage')
}
