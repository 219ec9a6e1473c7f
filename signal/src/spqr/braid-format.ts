/**
 * @module The braid's part of a stored state.
 *
 * | bytes | |
 * |---|---|
 * | varint | kind, as in the table of fields |
 * | varint | epoch |
 * | 32, 32 | authenticator: root, MAC key |
 * | the rest | what the kind holds, in the order of its fields |
 *
 * A stream that is sent is its bytes and the index of its next chunk; one that is received, the number of its chunks and
 * each with its index, ascending. Neither carries its length: it follows from the kind.
 */
import {
  type BraidState,
  ciphertext1Bytes,
  ciphertext2StreamBytes,
  headerBytes,
  headerStreamBytes,
  messageBytes,
  seedBytes,
  vectorBytes,
} from '#spqr/braid-state.ts'
import type { ByteReader } from '#spqr/byte-reader.ts'
import type { ByteWriter } from '#spqr/byte-writer.ts'
import {
  type Chunk,
  chunkBytes,
  type Decoder,
  type Encoder,
  maxChunkIndex,
} from '#spqr/erasure-code.ts'

/** By their number. */
const kinds = [
  'keys-unsampled',
  'keys-sampled',
  'header-sent',
  'ct1-received',
  'ek-sent-ct1-received',
  'no-header-received',
  'header-received',
  'ct1-sampled',
  'ek-received-ct1-sampled',
  'ct1-acknowledged',
  'ct2-sampled',
] as const satisfies readonly BraidState['kind'][]

export function writeBraid(writer: ByteWriter, state: BraidState): void {
  writer.varint(kinds.indexOf(state.kind))
  writer.varint(state.epoch)
  writer.raw(state.authenticator.root)
  writer.raw(state.authenticator.mac)
  switch (state.kind) {
    case 'keys-unsampled':
      return
    case 'keys-sampled':
      writer.raw(state.seed)
      writer.raw(state.vector)
      return writeEncoder(writer, state.header)
    case 'header-sent':
      writer.raw(state.seed)
      writeEncoder(writer, state.vector)
      return writeDecoder(writer, state.ciphertext1)
    case 'ct1-received':
      writer.raw(state.seed)
      writeEncoder(writer, state.vector)
      return writer.raw(state.ciphertext1)
    case 'ek-sent-ct1-received':
      writer.raw(state.seed)
      writer.raw(state.ciphertext1)
      return writeDecoder(writer, state.ciphertext2)
    case 'no-header-received':
      return writeDecoder(writer, state.header)
    case 'header-received':
      return writer.raw(state.header)
    case 'ct1-sampled':
      writer.raw(state.header)
      writer.raw(state.message)
      writeEncoder(writer, state.ciphertext1)
      return writeDecoder(writer, state.vector)
    case 'ek-received-ct1-sampled':
      writeEncoder(writer, state.ciphertext1)
      return writer.raw(state.ciphertext2)
    case 'ct1-acknowledged':
      writer.raw(state.header)
      writer.raw(state.message)
      writer.raw(state.ciphertext1)
      return writeDecoder(writer, state.vector)
    case 'ct2-sampled':
      return writeEncoder(writer, state.ciphertext2)
  }
}

/** What `reader` calls failed is to be thrown away. */
export function readBraid(reader: ByteReader): BraidState | undefined {
  const kind = kinds[reader.byte()]
  const epoch = reader.minimalVarint(Number.MAX_SAFE_INTEGER)
  const authenticator = { root: reader.take(32), mac: reader.take(32) }
  if (kind === undefined || epoch === 0) return undefined
  const common = { epoch, authenticator }
  // Fields are read in the order in which they are written here.
  switch (kind) {
    case 'keys-unsampled':
      return { ...common, kind }
    case 'keys-sampled':
      return {
        ...common,
        kind,
        seed: reader.take(seedBytes),
        vector: reader.take(vectorBytes),
        header: readEncoder(reader, headerStreamBytes),
      }
    case 'header-sent':
      return {
        ...common,
        kind,
        seed: reader.take(seedBytes),
        vector: readEncoder(reader, vectorBytes),
        ciphertext1: readDecoder(reader, ciphertext1Bytes),
      }
    case 'ct1-received':
      return {
        ...common,
        kind,
        seed: reader.take(seedBytes),
        vector: readEncoder(reader, vectorBytes),
        ciphertext1: reader.take(ciphertext1Bytes),
      }
    case 'ek-sent-ct1-received':
      return {
        ...common,
        kind,
        seed: reader.take(seedBytes),
        ciphertext1: reader.take(ciphertext1Bytes),
        ciphertext2: readDecoder(reader, ciphertext2StreamBytes),
      }
    case 'no-header-received':
      return { ...common, kind, header: readDecoder(reader, headerStreamBytes) }
    case 'header-received':
      return { ...common, kind, header: reader.take(headerBytes) }
    case 'ct1-sampled':
      return {
        ...common,
        kind,
        header: reader.take(headerBytes),
        message: reader.take(messageBytes),
        ciphertext1: readEncoder(reader, ciphertext1Bytes),
        vector: readDecoder(reader, vectorBytes),
      }
    case 'ek-received-ct1-sampled':
      return {
        ...common,
        kind,
        ciphertext1: readEncoder(reader, ciphertext1Bytes),
        ciphertext2: reader.take(ciphertext2StreamBytes),
      }
    case 'ct1-acknowledged':
      return {
        ...common,
        kind,
        header: reader.take(headerBytes),
        message: reader.take(messageBytes),
        ciphertext1: reader.take(ciphertext1Bytes),
        vector: readDecoder(reader, vectorBytes),
      }
    case 'ct2-sampled':
      return { ...common, kind, ciphertext2: readEncoder(reader, ciphertext2StreamBytes) }
  }
}

function writeEncoder(writer: ByteWriter, encoder: Encoder): void {
  writer.raw(encoder.message)
  writer.varint(encoder.nextIndex)
}

function readEncoder(reader: ByteReader, bytes: number): Encoder {
  return { message: reader.take(bytes), nextIndex: reader.minimalVarint(maxChunkIndex) }
}

function writeDecoder(writer: ByteWriter, decoder: Decoder): void {
  writer.varint(decoder.chunks.length)
  for (const { index, data } of decoder.chunks) {
    writer.varint(index)
    writer.raw(data)
  }
}

function readDecoder(reader: ByteReader, bytes: number): Decoder {
  const needed = bytes / chunkBytes
  const count = reader.minimalVarint(needed - 1)
  const chunks: Chunk[] = []
  let last = -1
  for (let i = 0; i < count; i++) {
    const index = reader.minimalVarint(maxChunkIndex)
    if (index <= last) reader.fail()
    chunks.push({ index, data: reader.take(chunkBytes) })
    last = index
  }
  return { needed, chunks }
}
