/**
 * @module What SPQR adds to a ratchet message.
 *
 * | bytes | |
 * |---|---|
 * | 0x01 | version |
 * | varint | epoch of the sender's state, from 1; the key is of the epoch before it |
 * | varint | index of the key, 1 to 2^32 - 1 |
 * | 1 | kind of payload |
 * | varint, 32 | with a chunk: its index, at most 65,535, and its data |
 *
 * | kind | payload | chunks of |
 * |---|---|---|
 * | 0 | none | |
 * | 1 | hdr | header (64) ‖ MAC (32) |
 * | 2 | ek | t̂ (1152) |
 * | 3 | ek, and "I have ct1" | the same |
 * | 4 | "I have ct1" | |
 * | 5 | ct1 | ct1 (960) |
 * | 6 | ct2 | ct2 (128) ‖ MAC (32) |
 *
 * Varints are LEB128. Bytes behind all this are ignored: they are kept for later versions.
 */
import { ProtobufWriter, varintBytes } from '@sotto/wire/protobuf'
import { ByteReader } from '#spqr/byte-reader.ts'
import { type Chunk, chunkBytes, maxChunkIndex } from '#spqr/erasure-code.ts'

const version = 1

/** Indexes are uint32. */
export const maxKeyIndex = 0xffff_ffff

/** By their byte. */
const payloadKinds = ['none', 'hdr', 'ek', 'ek-ct1-ack', 'ct1-ack', 'ct1', 'ct2'] as const

export type Payload =
  | { readonly kind: 'none' | 'ct1-ack' }
  | { readonly kind: 'hdr' | 'ek' | 'ek-ct1-ack' | 'ct1' | 'ct2'; readonly chunk: Chunk }

export interface SpqrMessage {
  readonly epoch: number
  readonly index: number
  readonly payload: Payload
}

export function writeMessage({ epoch, index, payload }: SpqrMessage): Uint8Array {
  const chunk = 'chunk' in payload ? payload.chunk : undefined
  const size = 2 + varintBytes(epoch) + varintBytes(index)
  const writer = new ProtobufWriter(
    chunk === undefined ? size : size + varintBytes(chunk.index) + chunkBytes,
  )
  writer.byte(version)
  writer.varint(epoch)
  writer.varint(index)
  writer.byte(payloadKinds.indexOf(payload.kind))
  if (chunk !== undefined) {
    writer.varint(chunk.index)
    writer.raw(chunk.data)
  }
  return writer.bytes
}

export function parseMessage(bytes: Uint8Array): SpqrMessage | undefined {
  const reader = new ByteReader(bytes)
  if (reader.byte() !== version) return undefined
  const epoch = reader.varint(Number.MAX_SAFE_INTEGER)
  const index = reader.varint(maxKeyIndex)
  const payload = parsePayload(reader)
  // Index 0 would be a message without a key of ours, which nobody who speaks this version sends.
  if (reader.failed || epoch === 0 || index === 0) return undefined
  return payload && { epoch, index, payload }
}

function parsePayload(reader: ByteReader): Payload | undefined {
  const kind = payloadKinds[reader.byte()]
  if (kind === undefined) return undefined
  if (kind === 'none' || kind === 'ct1-ack') return { kind }
  const index = reader.varint(maxChunkIndex)
  // A copy: decoders keep it longer than the message lives.
  const data = new Uint8Array(reader.take(chunkBytes))
  return { kind, chunk: { index, data } }
}
