/**
 * @module What the relay's thread sends to the writing thread: one message for all work that waits.
 *
 * Deposits and removals are nearly all of the traffic, so they travel packed in one transferable buffer; everything
 * else is a structured-cloned call of a named program. The order is the order in which they were submitted.
 *
 * | opcode | bytes |
 * |---|---|
 * | 0 call | u8 — the next of `calls` |
 * | 1 deposit | u8, sequence f64, mailbox f64, accepted-at f64, expires-at f64, kind i32, sender length u16, body length u32, id 16, sender, body; then evicted count u32, sequences f64 |
 * | 2 remove | u8, count u32, sequences f64 |
 *
 * Everything of a deposit from its sequence to the end of its body is what the record's checksum covers.
 */
import { crc32 } from 'node:zlib'

export interface DepositRecord {
  readonly sequence: number
  readonly mailbox: number
  readonly acceptedAtMillis: number
  readonly expiresAtMillis: number
  readonly kind: number
  readonly id: Uint8Array
  readonly sender: Uint8Array | undefined
  readonly body: Uint8Array
}

export interface Call {
  readonly program: string
  readonly input: unknown
}

export type Operation =
  | {
      readonly kind: 'deposit'
      readonly record: DepositRecord
      readonly evicted: readonly number[]
    }
  | { readonly kind: 'remove'; readonly sequences: readonly number[] }
  | { readonly kind: 'call'; readonly call: Call }

/** One message to the writing thread. */
export interface Batch {
  readonly packed: ArrayBuffer
  readonly calls: readonly Call[]
}

/** The headers of a packed record: what stands between the opcode and the id. */
const recordHeaderBytes = 8 + 8 + 8 + 8 + 4 + 2 + 4
const idBytes = 16

export function packBatch(operations: readonly Operation[]): Batch {
  let size = 0
  for (const operation of operations) size += packedBytes(operation)
  const packed = new ArrayBuffer(size)
  const bytes = new Uint8Array(packed)
  const view = new DataView(packed)
  const calls: Call[] = []
  let offset = 0
  for (const operation of operations) {
    switch (operation.kind) {
      case 'call':
        view.setUint8(offset++, 0)
        calls.push(operation.call)
        break
      case 'deposit':
        view.setUint8(offset++, 1)
        offset = writeRecord(view, bytes, offset, operation.record)
        offset = writeSequences(view, offset, operation.evicted)
        break
      case 'remove':
        view.setUint8(offset++, 2)
        offset = writeSequences(view, offset, operation.sequences)
        break
    }
  }
  return { packed, calls }
}

/** Bytes that an operation takes in the packed buffer. */
export function packedBytes(operation: Operation): number {
  switch (operation.kind) {
    case 'call':
      return 1
    case 'deposit':
      return (
        1 +
        recordHeaderBytes +
        idBytes +
        (operation.record.sender?.length ?? 0) +
        operation.record.body.length +
        4 +
        8 * operation.evicted.length
      )
    case 'remove':
      return 1 + 4 + 8 * operation.sequences.length
  }
}

/** An operation as the writing thread reads it. */
export type Work =
  | Exclude<Operation, { readonly kind: 'deposit' }>
  | (Extract<Operation, { readonly kind: 'deposit' }> & { readonly checksum: number })

/** Reads a batch in order. Bodies are views into the batch's buffer. */
export function* unpackBatch(batch: Batch): Generator<Work> {
  const bytes = new Uint8Array(batch.packed)
  const view = new DataView(batch.packed)
  const calls = batch.calls[Symbol.iterator]()
  let offset = 0
  while (offset < bytes.length) {
    const opcode = view.getUint8(offset++)
    if (opcode === 0) {
      const next = calls.next()
      if (next.done === true) throw new RangeError('Cannot read batch: a call is missing')
      yield { kind: 'call', call: next.value }
    } else if (opcode === 1) {
      const senderLength = view.getUint16(offset + 36)
      const bodyLength = view.getUint32(offset + 38)
      const idAt = offset + recordHeaderBytes
      const senderAt = idAt + idBytes
      const bodyAt = senderAt + senderLength
      const end = bodyAt + bodyLength
      const record: DepositRecord = {
        sequence: view.getFloat64(offset),
        mailbox: view.getFloat64(offset + 8),
        acceptedAtMillis: view.getFloat64(offset + 16),
        expiresAtMillis: view.getFloat64(offset + 24),
        kind: view.getInt32(offset + 32),
        id: bytes.subarray(idAt, senderAt),
        sender: senderLength === 0 ? undefined : bytes.subarray(senderAt, bodyAt),
        body: bytes.subarray(bodyAt, end),
      }
      const checksum = crc32(bytes.subarray(offset, end))
      const evicted = readSequences(view, end)
      offset = end + 4 + 8 * evicted.length
      yield { kind: 'deposit', record, evicted, checksum }
    } else {
      const sequences = readSequences(view, offset)
      offset += 4 + 8 * sequences.length
      yield { kind: 'remove', sequences }
    }
  }
}

const scratch = new Uint8Array(recordHeaderBytes)
const scratchView = new DataView(scratch.buffer)

/** CRC-32 (ISO 3309) over every field of a record; the same as the one taken of its packed form. */
export function checksumOf(record: DepositRecord): number {
  writeRecordHeader(scratchView, 0, record)
  let checksum = crc32(record.id, crc32(scratch))
  if (record.sender !== undefined) checksum = crc32(record.sender, checksum)
  return crc32(record.body, checksum)
}

function writeRecordHeader(view: DataView, offset: number, record: DepositRecord): void {
  view.setFloat64(offset, record.sequence)
  view.setFloat64(offset + 8, record.mailbox)
  view.setFloat64(offset + 16, record.acceptedAtMillis)
  view.setFloat64(offset + 24, record.expiresAtMillis)
  view.setInt32(offset + 32, record.kind)
  view.setUint16(offset + 36, record.sender?.length ?? 0)
  view.setUint32(offset + 38, record.body.length)
}

function writeRecord(
  view: DataView,
  bytes: Uint8Array,
  offset: number,
  record: DepositRecord,
): number {
  writeRecordHeader(view, offset, record)
  let end = offset + recordHeaderBytes
  bytes.set(record.id, end)
  end += idBytes
  if (record.sender !== undefined) {
    bytes.set(record.sender, end)
    end += record.sender.length
  }
  bytes.set(record.body, end)
  return end + record.body.length
}

function writeSequences(view: DataView, offset: number, sequences: readonly number[]): number {
  view.setUint32(offset, sequences.length)
  let end = offset + 4
  for (const sequence of sequences) {
    view.setFloat64(end, sequence)
    end += 8
  }
  return end
}

function readSequences(view: DataView, offset: number): number[] {
  const count = view.getUint32(offset)
  return Array.from({ length: count }, (_, i) => view.getFloat64(offset + 4 + 8 * i))
}
