/**
 * @module The five messages of obscura.v1, written by hand from the protocol's description, so that a mistake in the
 * relay's generated code cannot hide behind the same mistake here.
 *
 * | message | field | number | wire type |
 * |---|---|---|---|
 * | WebSocketFrame | envelope / ack / pre_key_status | 10 / 11 / 12 | length-delimited |
 * | Envelope | id, source_user_id | 1, 2 | string |
 * | | timestamp | 3 | varint, milliseconds since the epoch |
 * | | message | 4 | EncryptedMessage |
 * | EncryptedMessage | type | 1 | varint |
 * | | content | 2 | bytes |
 * | AckMessage | message_id / message_ids | 1 / 2 | string / repeated string |
 * | PreKeyStatus | one_time_pre_key_count, min_threshold | 1, 2 | varint |
 */
import { delimited, FieldReader, varint } from '#clients/protobuf-fields.ts'

export interface EncryptedMessage {
  /** An open int32: 1 is a prekey message, 2 an ordinary one. */
  readonly type: number
  readonly content: Uint8Array
}

export interface Envelope {
  readonly id: string
  readonly sourceUserId: string
  readonly timestampMillis: number
  readonly message: EncryptedMessage
}

export interface PreKeyStatus {
  readonly oneTimePreKeyCount: number
  readonly minThreshold: number
}

export type Frame =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'ack'; readonly messageIds: readonly string[] }
  | { readonly kind: 'pre-key-status'; readonly status: PreKeyStatus }
  | { readonly kind: 'empty' }

// ------------------------------------------------------------------------------------------------ writing

export function encodeEncryptedMessage(message: EncryptedMessage): Uint8Array {
  const bytes: number[] = []
  writeInt32(bytes, 1, message.type)
  if (message.content.length === 0) return Uint8Array.from(bytes)
  writeVarint(bytes, tag(2, delimited))
  writeVarint(bytes, message.content.length)
  return joined(bytes, message.content)
}

export function encodeEnvelopeFrame(envelope: Envelope): Uint8Array {
  const head: number[] = []
  writeString(head, 1, envelope.id)
  writeString(head, 2, envelope.sourceUserId)
  if (envelope.timestampMillis !== 0) {
    writeVarint(head, tag(3, varint))
    writeVarint(head, envelope.timestampMillis)
  }
  const message = encodeEncryptedMessage(envelope.message)
  writeVarint(head, tag(4, delimited))
  writeVarint(head, message.length)
  return framed(10, joined(head, message))
}

/** One id goes into `message_id`, several into `message_ids`. */
export function encodeAckFrame(messageIds: readonly string[]): Uint8Array {
  const bytes: number[] = []
  const [only] = messageIds
  if (only !== undefined && messageIds.length === 1) writeString(bytes, 1, only)
  else for (const id of messageIds) writeString(bytes, 2, id)
  return framed(11, Uint8Array.from(bytes))
}

export function encodePreKeyStatusFrame(status: PreKeyStatus): Uint8Array {
  const bytes: number[] = []
  writeInt32(bytes, 1, status.oneTimePreKeyCount)
  writeInt32(bytes, 2, status.minThreshold)
  return framed(12, Uint8Array.from(bytes))
}

function framed(field: number, body: Uint8Array): Uint8Array {
  const head: number[] = []
  writeVarint(head, tag(field, delimited))
  writeVarint(head, body.length)
  return joined(head, body)
}

function joined(head: readonly number[], tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length)
  bytes.set(head)
  bytes.set(tail, head.length)
  return bytes
}

function tag(field: number, wireType: number): number {
  return field * 8 + wireType
}

function writeVarint(into: number[], value: number): void {
  let rest = value
  while (rest >= 0x80) {
    into.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  into.push(rest)
}

/** proto3 leaves a zero out, and writes a negative int32 as ten bytes of two's complement. */
function writeInt32(into: number[], field: number, value: number): void {
  if (value === 0) return
  writeVarint(into, tag(field, varint))
  if (value > 0) return writeVarint(into, value)
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest >= 0x80n) {
    into.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  into.push(Number(rest))
}

function writeString(into: number[], field: number, value: string): void {
  const bytes = new TextEncoder().encode(value)
  if (bytes.length === 0) return
  writeVarint(into, tag(field, delimited))
  writeVarint(into, bytes.length)
  for (const byte of bytes) into.push(byte)
}

// ------------------------------------------------------------------------------------------------ reading

/** Reads one WebSocketFrame. Unknown fields are skipped; of several payloads the last one counts. */
export function decodeFrame(bytes: Uint8Array): Frame {
  let frame: Frame = { kind: 'empty' }
  const reader = new FieldReader(bytes)
  while (reader.next()) {
    if (reader.is(10, delimited))
      frame = { kind: 'envelope', envelope: decodeEnvelope(reader.bytes()) }
    else if (reader.is(11, delimited))
      frame = { kind: 'ack', messageIds: decodeAck(reader.bytes()) }
    else if (reader.is(12, delimited)) {
      frame = { kind: 'pre-key-status', status: decodePreKeyStatus(reader.bytes()) }
    } else reader.skip()
  }
  return frame
}

export function decodeEncryptedMessage(bytes: Uint8Array): EncryptedMessage {
  let type = 0
  let content: Uint8Array = new Uint8Array()
  const reader = new FieldReader(bytes)
  while (reader.next()) {
    if (reader.is(1, varint)) type = reader.int32()
    else if (reader.is(2, delimited)) content = reader.bytes()
    else reader.skip()
  }
  return { type, content }
}

function decodeEnvelope(bytes: Uint8Array): Envelope {
  let id = ''
  let sourceUserId = ''
  let timestampMillis = 0
  let message: EncryptedMessage = { type: 0, content: new Uint8Array() }
  const reader = new FieldReader(bytes)
  while (reader.next()) {
    if (reader.is(1, delimited)) id = reader.text()
    else if (reader.is(2, delimited)) sourceUserId = reader.text()
    else if (reader.is(3, varint)) timestampMillis = reader.uint()
    else if (reader.is(4, delimited)) message = decodeEncryptedMessage(reader.bytes())
    else reader.skip()
  }
  return { id, sourceUserId, timestampMillis, message }
}

function decodeAck(bytes: Uint8Array): readonly string[] {
  const ids: string[] = []
  const reader = new FieldReader(bytes)
  while (reader.next()) {
    if (reader.is(1, delimited) || reader.is(2, delimited)) ids.push(reader.text())
    else reader.skip()
  }
  return ids
}

function decodePreKeyStatus(bytes: Uint8Array): PreKeyStatus {
  let oneTimePreKeyCount = 0
  let minThreshold = 0
  const reader = new FieldReader(bytes)
  while (reader.next()) {
    if (reader.is(1, varint)) oneTimePreKeyCount = reader.int32()
    else if (reader.is(2, varint)) minThreshold = reader.int32()
    else reader.skip()
  }
  return { oneTimePreKeyCount, minThreshold }
}
