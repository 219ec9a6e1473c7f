/**
 * @module What an Obscura client says over its socket: that envelopes arrived.
 *
 * | bytes of AckMessage | field |
 * |---|---|
 * | `0a` length, text | message_id |
 * | `12` length, text | message_ids, repeated; relays before 0.4.2 do not know it |
 */
import {
  ackField,
  envelopeField,
  idTextBytes,
  openFrame,
  preKeyStatusField,
  writeId,
} from '#obscura/frame.ts'
import { ProtobufReader } from '#protobuf.ts'

export type ClientFrame =
  /** Texts as they came: they need not be UUIDs. As many as fit into the frame. */
  | { readonly kind: 'ack'; readonly ids: readonly string[] }
  /** An empty frame, or what only a relay says; its inside was not looked at. */
  | { readonly kind: 'other' }

export function decodeClientFrame(bytes: Uint8Array): ClientFrame | undefined {
  const reader = new ProtobufReader(bytes)
  let ack: Ack | undefined
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case ackField:
        ack ??= { id: '', ids: [] }
        readAck(reader, ack)
        break
      case envelopeField:
      case preKeyStatusField:
        reader.bytes()
        ack = undefined
        break
      default:
        reader.skip()
    }
  }
  if (reader.failed) return undefined
  if (ack === undefined) return { kind: 'other' }
  return { kind: 'ack', ids: ack.id === '' ? ack.ids : [ack.id, ...ack.ids] }
}

interface Ack {
  id: string
  readonly ids: string[]
}

function readAck(reader: ProtobufReader, ack: Ack): void {
  const frameEnd = reader.enter()
  while (reader.next()) {
    switch (reader.fieldNumber) {
      case 1:
        ack.id = reader.text()
        break
      case 2:
        ack.ids.push(reader.text())
        break
      default:
        reader.skip()
    }
  }
  reader.leave(frameEnd)
}

/** Ids are 16 bytes each. One goes into `message_id`, which every relay knows; more go into `message_ids`. */
export function encodeAckFrame(ids: readonly Uint8Array[]): Uint8Array {
  const writer = openFrame(ackField, ids.length * (2 + idTextBytes))
  const tag = ids.length === 1 ? 0x0a : 0x12
  for (const id of ids) writeId(writer, tag, id)
  return writer.bytes
}
