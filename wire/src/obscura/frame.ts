/**
 * @module WebSocketFrame: the one message that an Obscura socket carries, a choice of three. One binary WebSocket
 * message is one frame.
 *
 * | tag | payload | says it |
 * |---|---|---|
 * | `52` | Envelope | relay |
 * | `5a` | AckMessage | client |
 * | `62` | PreKeyStatus | relay |
 */
import { ProtobufWriter, varintBytes } from '#protobuf.ts'

export const envelopeField = 10
export const ackField = 11
export const preKeyStatusField = 12

/** Ids travel as the texts of UUIDs. */
export const idTextBytes = 36

/** A writer that stands behind the frame's tag and length, with room for `payloadBytes`. */
export function openFrame(field: number, payloadBytes: number): ProtobufWriter {
  const writer = new ProtobufWriter(1 + varintBytes(payloadBytes) + payloadBytes)
  writer.byte((field << 3) | 2)
  writer.varint(payloadBytes)
  return writer
}

/** An id as a field: a tag, the length, the text. */
export function writeId(writer: ProtobufWriter, tag: number, id: Uint8Array): void {
  writer.byte(tag)
  writer.byte(idTextBytes)
  writer.uuid(id)
}
