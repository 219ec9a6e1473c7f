/**
 * @module EncryptedMessage: what one Obscura client has to say to another, sealed. It is the body of a send and the
 * inside of an envelope.
 *
 * | bytes | field |
 * |---|---|
 * | `08` varint | type |
 * | `12` length, bytes | content |
 *
 * The schema is `proto/obscura/v1/obscura.proto`. Its codecs are written by hand, because the generated code's runtime
 * costs the relay a third of its memory (docs/decisions/0002-protobuf-on-the-hot-path.md); tests hold the two against
 * each other. Decoders answer undefined for bytes that are no message: truncated, a length beyond the end, a wrong wire
 * type for a known field. Unknown fields are dropped, zero values are not written, and of a repeated single field the
 * last one wins.
 */
import { int32Bytes, ProtobufReader, ProtobufWriter, varintBytes } from '#protobuf.ts'

export interface EncryptedMessage {
  /** An open enum: 1 is a pre-key message, 2 an ordinary one, other values travel unchanged. An int32. */
  readonly type: number
  readonly content: Uint8Array
}

export const emptyMessage: EncryptedMessage = { type: 0, content: new Uint8Array() }

/** `content` is a view into `bytes`. */
export function decodeEncryptedMessage(bytes: Uint8Array): EncryptedMessage | undefined {
  const reader = new ProtobufReader(bytes)
  const message = readEncryptedMessage(reader, emptyMessage)
  return reader.failed ? undefined : message
}

/** Reads to the end of the message at hand. `before` holds what its earlier copies said: copies are merged. */
export function readEncryptedMessage(
  reader: ProtobufReader,
  before: EncryptedMessage,
): EncryptedMessage {
  let { type, content } = before
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        type = reader.int32()
        break
      case 2:
        content = reader.bytes()
        break
      default:
        reader.skip()
    }
  }
  return { type, content }
}

export function encodeEncryptedMessage(message: EncryptedMessage): Uint8Array {
  const writer = new ProtobufWriter(encryptedMessageBytes(message))
  writeEncryptedMessage(writer, message)
  return writer.bytes
}

export function encryptedMessageBytes({ type, content }: EncryptedMessage): number {
  return (
    (type === 0 ? 0 : 1 + int32Bytes(type)) +
    (content.length === 0 ? 0 : 1 + varintBytes(content.length) + content.length)
  )
}

export function writeEncryptedMessage(
  writer: ProtobufWriter,
  { type, content }: EncryptedMessage,
): void {
  if (type !== 0) {
    writer.byte(0x08)
    writer.int32(type)
  }
  if (content.length !== 0) {
    writer.byte(0x12)
    writer.varint(content.length)
    writer.raw(content)
  }
}
