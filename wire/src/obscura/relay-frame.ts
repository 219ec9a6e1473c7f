/**
 * @module What an Obscura relay says over a socket: here is an envelope, and, your one-time pre-keys run low.
 *
 * | bytes of Envelope | field | | bytes of PreKeyStatus | field |
 * |---|---|---|---|---|
 * | `0a` 36, text | id | | `08` varint | one_time_pre_key_count |
 * | `12` 36, text | source_user_id | | `10` varint | min_threshold |
 * | `18` varint | timestamp | | | |
 * | `22` length, EncryptedMessage | message | | | |
 */
import {
  emptyMessage,
  encryptedMessageBytes,
  readEncryptedMessage,
  writeEncryptedMessage,
  type EncryptedMessage,
} from '#obscura/encrypted-message.ts'
import {
  ackField,
  envelopeField,
  idTextBytes,
  openFrame,
  preKeyStatusField,
  writeId,
} from '#obscura/frame.ts'
import { int32Bytes, ProtobufReader, varintBytes } from '#protobuf.ts'

export interface EnvelopeFrame extends EncryptedMessage {
  /** 16 bytes. */
  readonly id: Uint8Array
  /** 16 bytes; undefined leaves the field out. */
  readonly source: Uint8Array | undefined
  readonly timestampMillis: number
}

export function encodeEnvelopeFrame(envelope: EnvelopeFrame): Uint8Array {
  const { id, source, timestampMillis } = envelope
  const messageBytes = encryptedMessageBytes(envelope)
  const writer = openFrame(
    envelopeField,
    (2 + idTextBytes) * (source === undefined ? 1 : 2) +
      (timestampMillis === 0 ? 0 : 1 + varintBytes(timestampMillis)) +
      (1 + varintBytes(messageBytes) + messageBytes),
  )
  writeId(writer, 0x0a, id)
  if (source !== undefined) writeId(writer, 0x12, source)
  if (timestampMillis !== 0) {
    writer.byte(0x18)
    writer.varint(timestampMillis)
  }
  writer.byte(0x22)
  writer.varint(messageBytes)
  writeEncryptedMessage(writer, envelope)
  return writer.bytes
}

export interface PreKeyStatus {
  readonly oneTimePreKeyCount: number
  readonly minThreshold: number
}

export function encodePreKeyStatusFrame(status: PreKeyStatus): Uint8Array {
  const { oneTimePreKeyCount: count, minThreshold: threshold } = status
  const writer = openFrame(
    preKeyStatusField,
    (count === 0 ? 0 : 1 + int32Bytes(count)) + (threshold === 0 ? 0 : 1 + int32Bytes(threshold)),
  )
  if (count !== 0) {
    writer.byte(0x08)
    writer.int32(count)
  }
  if (threshold !== 0) {
    writer.byte(0x10)
    writer.int32(threshold)
  }
  return writer.bytes
}

/** An envelope as its recipient reads it: ids are texts as they came. */
export interface ReceivedEnvelope extends EncryptedMessage {
  readonly id: string
  readonly source: string
  readonly timestampMillis: number
}

export type RelayFrame =
  | ({ readonly kind: 'envelope' } & ReceivedEnvelope)
  | ({ readonly kind: 'prekey-status' } & PreKeyStatus)
  /** An empty frame, one that only clients send, or a kind that is newer than this code. */
  | { readonly kind: 'other' }

/** `content` is a view into `bytes`. */
export function decodeRelayFrame(bytes: Uint8Array): RelayFrame | undefined {
  const reader = new ProtobufReader(bytes)
  let frame: RelayFrame = { kind: 'other' }
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case envelopeField:
        frame = readEnvelope(reader, frame.kind === 'envelope' ? frame : emptyEnvelope)
        break
      case preKeyStatusField:
        frame = readPreKeyStatus(reader, frame.kind === 'prekey-status' ? frame : emptyStatus)
        break
      case ackField:
        reader.bytes()
        frame = { kind: 'other' }
        break
      default:
        reader.skip()
    }
  }
  return reader.failed ? undefined : frame
}

const emptyEnvelope: ReceivedEnvelope = { id: '', source: '', timestampMillis: 0, ...emptyMessage }
const emptyStatus: PreKeyStatus = { oneTimePreKeyCount: 0, minThreshold: 0 }

function readEnvelope(reader: ProtobufReader, before: ReceivedEnvelope): RelayFrame {
  let { id, source, timestampMillis } = before
  let message: EncryptedMessage = before
  const frameEnd = reader.enter()
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        id = reader.text()
        break
      case 2:
        source = reader.text()
        break
      case 3:
        timestampMillis = reader.uint64()
        break
      case 4: {
        const envelopeEnd = reader.enter()
        message = readEncryptedMessage(reader, message)
        reader.leave(envelopeEnd)
        break
      }
      default:
        reader.skip()
    }
  }
  reader.leave(frameEnd)
  const { type, content } = message
  return { kind: 'envelope', id, source, timestampMillis, type, content }
}

function readPreKeyStatus(reader: ProtobufReader, before: PreKeyStatus): RelayFrame {
  let { oneTimePreKeyCount, minThreshold } = before
  const frameEnd = reader.enter()
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        oneTimePreKeyCount = reader.int32()
        break
      case 2:
        minThreshold = reader.int32()
        break
      default:
        reader.skip()
    }
  }
  reader.leave(frameEnd)
  return { kind: 'prekey-status', oneTimePreKeyCount, minThreshold }
}
