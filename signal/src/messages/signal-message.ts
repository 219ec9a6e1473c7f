/**
 * @module SignalMessage: what one device says to another within a session. `0x44 ‖ protobuf ‖ mac`.
 *
 * | bytes | field | |
 * |---|---|---|
 * | `0a` 33 | sender's ratchet key | required |
 * | `10` varint | counter: the message's index in its chain | required |
 * | `18` varint | previous counter | 0 |
 * | `22` length, bytes | AES-CBC ciphertext | required |
 * | `2a` length, bytes | SPQR message | not written when empty |
 * | `32` 36 | addresses of sender and recipient | only inside of a PreKeySignalMessage |
 *
 * The MAC is the first 8 bytes of HMAC-SHA-256 over sender's identity key (33) ‖ recipient's ‖ version byte ‖ protobuf.
 */
import { equalBytes, type Primitives } from '@sotto/primitives'
import { ProtobufReader, ProtobufWriter, varintBytes } from '@sotto/wire/protobuf'
import { SignalError } from '#errors.ts'
import { curveKeyPrefix, parseCurveKey, serializeCurveKey } from '#keys/serialized-key.ts'
import { messageMacBytes, sessionVersion } from '#limits.ts'

/** The low nibble says which version the sender could speak at most, and is not looked at. */
export const messageVersionByte = (sessionVersion << 4) | sessionVersion

/** Version 3, the last without SPQR, can be read and then has no session. */
export const oldestReadableVersion = 3

export interface SignalMessage {
  readonly version: number
  /** 32 bytes, copied. */
  readonly ratchetKey: Uint8Array
  readonly counter: number
  /** Nobody reads it. */
  readonly previousCounter: number
  // What follows are views into the message.
  readonly ciphertext: Uint8Array
  /** Empty when there is none. */
  readonly spqrMessage: Uint8Array
  readonly addresses: Uint8Array | undefined
  /** What the MAC is over: all before it. */
  readonly authenticated: Uint8Array
  readonly mac: Uint8Array
}

export interface SignalMessageParts {
  readonly ratchetKey: Uint8Array
  readonly counter: number
  readonly previousCounter: number
  readonly ciphertext: Uint8Array
  readonly spqrMessage: Uint8Array
  readonly addresses: Uint8Array | undefined
}

export interface MessageMac {
  readonly macKey: Uint8Array
  /** 32 bytes each. */
  readonly senderIdentity: Uint8Array
  readonly recipientIdentity: Uint8Array
}

export function serializeSignalMessage(
  primitives: Primitives,
  parts: SignalMessageParts,
  mac: MessageMac,
): Uint8Array {
  const ratchetKey = serializeCurveKey(parts.ratchetKey)
  const { ciphertext, spqrMessage, addresses } = parts
  const bodyBytes =
    fieldBytes(ratchetKey) +
    (1 + varintBytes(parts.counter)) +
    (1 + varintBytes(parts.previousCounter)) +
    fieldBytes(ciphertext) +
    (spqrMessage.length === 0 ? 0 : fieldBytes(spqrMessage)) +
    (addresses === undefined ? 0 : fieldBytes(addresses))
  const writer = new ProtobufWriter(1 + bodyBytes + messageMacBytes)
  writer.byte(messageVersionByte)
  writeField(writer, 0x0a, ratchetKey)
  writer.byte(0x10)
  writer.varint(parts.counter)
  writer.byte(0x18)
  writer.varint(parts.previousCounter)
  writeField(writer, 0x22, ciphertext)
  if (spqrMessage.length !== 0) writeField(writer, 0x2a, spqrMessage)
  if (addresses !== undefined) writeField(writer, 0x32, addresses)
  writer.raw(macOf(primitives, writer.bytes.subarray(0, 1 + bodyBytes), mac))
  return writer.bytes
}

export function parseSignalMessage(bytes: Uint8Array): SignalMessage {
  if (bytes.length < 1 + messageMacBytes) throw malformed()
  const version = readableVersion(bytes)
  const authenticated = bytes.subarray(0, bytes.length - messageMacBytes)
  let ratchetKey: Uint8Array | undefined
  let counter: number | undefined
  let previousCounter = 0
  let ciphertext: Uint8Array | undefined
  let spqrMessage: Uint8Array | undefined
  let addresses: Uint8Array | undefined

  const reader = new ProtobufReader(authenticated.subarray(1))
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        ratchetKey = reader.bytes()
        break
      case 2:
        counter = reader.int32() >>> 0
        break
      case 3:
        previousCounter = reader.int32() >>> 0
        break
      case 4:
        ciphertext = reader.bytes()
        break
      case 5:
        spqrMessage = reader.bytes()
        break
      case 6:
        addresses = reader.bytes()
        break
      default:
        reader.skip()
    }
  }
  if (reader.failed) throw malformed()
  if (ratchetKey === undefined || counter === undefined || ciphertext === undefined) {
    throw malformed()
  }
  return {
    version,
    ratchetKey: parseCurveKey(ratchetKey),
    counter,
    previousCounter,
    ciphertext,
    spqrMessage: spqrMessage ?? new Uint8Array(),
    addresses,
    authenticated,
    mac: bytes.subarray(bytes.length - messageMacBytes),
  }
}

/** In a time that does not depend on where the difference is. */
export function hasValidMac(
  primitives: Primitives,
  message: SignalMessage,
  mac: MessageMac,
): boolean {
  return equalBytes(macOf(primitives, message.authenticated, mac), message.mac)
}

/** The high nibble of the first byte. */
export function readableVersion(bytes: Uint8Array): number {
  const version = (bytes[0] ?? 0) >> 4
  if (version < oldestReadableVersion || version > sessionVersion) {
    throw new SignalError(
      'unsupported-version',
      `Cannot read message: it is of version ${version}, this is ${sessionVersion}`,
    )
  }
  return version
}

/** Of a field with a tag of one byte. */
export function fieldBytes(value: Uint8Array): number {
  return 1 + varintBytes(value.length) + value.length
}

export function writeField(writer: ProtobufWriter, tag: number, value: Uint8Array): void {
  writer.byte(tag)
  writer.varint(value.length)
  writer.raw(value)
}

function macOf(primitives: Primitives, authenticated: Uint8Array, mac: MessageMac): Uint8Array {
  return primitives
    .hmacSha256(
      mac.macKey,
      curveKeyPrefix,
      mac.senderIdentity,
      curveKeyPrefix,
      mac.recipientIdentity,
      authenticated,
    )
    .subarray(0, messageMacBytes)
}

function malformed(): SignalError {
  return new SignalError('malformed', 'Cannot read message: it is no SignalMessage')
}
