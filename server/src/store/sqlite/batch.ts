/**
 * @module What the relay's thread tells the writing thread: all work that waits, packed into the memory that both share,
 * in the order in which it was submitted.
 *
 * | opcode | bytes |
 * |---|---|
 * | 0 call | u8, length u32, the call as `node:v8` serialises it |
 * | 1 deposit | u8, sequence f64, mailbox f64, accepted-at f64, expires-at f64, kind i32, sender length u16, body length u32, address 32 if mailbox is 0, id 16, sender, body; then evicted count u32, sequences f64 |
 * | 2 remove | u8, count u32, sequences f64 |
 *
 * Everything of a deposit from its sequence to the end of its body is what the record's checksum covers.
 */
import { deserialize, serialize } from 'node:v8'
import { crc32 } from '#store/checksum.ts'

/** In place of its number, which a fleeting mailbox does not have: it goes by its address. */
export const fleeting = 0

export interface DepositRecord {
  readonly sequence: number
  /** Its number, or {@link fleeting}. */
  readonly mailbox: number
  /** Of a fleeting mailbox, 32 bytes, and of no other. */
  readonly address: Uint8Array | undefined
  readonly acceptedAtMillis: number
  readonly expiresAtMillis: number
  readonly kind: number
  readonly id: Uint8Array
  readonly sender: Uint8Array | undefined
  readonly body: Uint8Array
}

/** A named program of the writing thread, with its input already serialised. */
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
  /** Serialised {@link Call}. */
  | { readonly kind: 'call'; readonly call: Uint8Array }

export function callOperation(call: Call): Operation {
  return { kind: 'call', call: serialize(exactly(call)) }
}

/** Bun serialises all the memory that a view looks into, Node what the view sees. */
const exactly = process.versions.bun === undefined ? (call: Call): unknown => call : exactCopy

function exactCopy(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return value.length === value.buffer.byteLength ? value : new Uint8Array(value)
  }
  if (Array.isArray(value)) return value.map(exactCopy)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, exactCopy(field)]))
}

/** An operation as the writing thread reads it. Bytes are views into the shared memory: not to be kept. */
export type Work =
  | {
      readonly kind: 'deposit'
      readonly record: DepositRecord
      readonly evicted: readonly number[]
      readonly checksum: number
    }
  | { readonly kind: 'remove'; readonly sequences: readonly number[] }
  | { readonly kind: 'call'; readonly call: Call; readonly bytes: number }

/** The header of a packed record: what stands between the opcode and the address or the id. */
const recordHeaderBytes = 8 + 8 + 8 + 8 + 4 + 2 + 4
const addressBytes = 32
const idBytes = 16

/** The memory that a batch is written to and read from. */
export interface Shared {
  readonly bytes: Uint8Array
  readonly view: DataView
}

export function shareMemory(memory: SharedArrayBuffer): Shared {
  return { bytes: new Uint8Array(memory), view: new DataView(memory) }
}

/** Writes one operation at `offset`, which must have room for it, and returns where it ends. */
export function packOperation(
  { bytes, view }: Shared,
  offset: number,
  operation: Operation,
): number {
  switch (operation.kind) {
    case 'call':
      view.setUint8(offset, 0)
      view.setUint32(offset + 1, operation.call.length)
      bytes.set(operation.call, offset + 5)
      return offset + 5 + operation.call.length
    case 'deposit': {
      view.setUint8(offset, 1)
      const end = writeRecord(view, bytes, offset + 1, operation.record)
      return writeSequences(view, end, operation.evicted)
    }
    case 'remove':
      view.setUint8(offset, 2)
      return writeSequences(view, offset + 1, operation.sequences)
  }
}

/** Bytes that an operation takes when it is packed. */
export function packedBytes(operation: Operation): number {
  switch (operation.kind) {
    case 'call':
      return 1 + 4 + operation.call.length
    case 'deposit':
      return (
        1 +
        recordHeaderBytes +
        (operation.record.address?.length ?? 0) +
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

/** Hands over the operations of the first `length` bytes, in order. */
export function readBatch(
  { bytes, view }: Shared,
  length: number,
  visit: (work: Work) => void,
): void {
  let offset = 0
  while (offset < length) {
    const opcode = view.getUint8(offset++)
    if (opcode === 0) {
      const end = offset + 4 + view.getUint32(offset)
      // What `callOperation` serialised; a copy, since what comes out may be kept.
      const call = deserialize(bytes.slice(offset + 4, end)) as Call
      const length = end - offset
      offset = end
      visit({ kind: 'call', call, bytes: length })
    } else if (opcode === 1) {
      const senderLength = view.getUint16(offset + 36)
      const bodyLength = view.getUint32(offset + 38)
      const mailbox = view.getFloat64(offset + 8)
      const addressAt = offset + recordHeaderBytes
      const idAt = mailbox === fleeting ? addressAt + addressBytes : addressAt
      const senderAt = idAt + idBytes
      const bodyAt = senderAt + senderLength
      const end = bodyAt + bodyLength
      const record: DepositRecord = {
        sequence: view.getFloat64(offset),
        mailbox,
        address: mailbox === fleeting ? bytes.subarray(addressAt, idAt) : undefined,
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
      visit({ kind: 'deposit', record, evicted, checksum })
    } else {
      const sequences = readSequences(view, offset)
      offset += 4 + 8 * sequences.length
      visit({ kind: 'remove', sequences })
    }
  }
}

const scratch = new Uint8Array(recordHeaderBytes)
const scratchView = new DataView(scratch.buffer)

/** CRC-32 (ISO 3309) over every field of a record; the same as the one taken of its packed form. */
export function checksumOf(record: DepositRecord): number {
  writeRecordHeader(scratchView, 0, record)
  let checksum = crc32(scratch)
  if (record.address !== undefined) checksum = crc32(record.address, checksum)
  checksum = crc32(record.id, checksum)
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
  if (record.address !== undefined) {
    bytes.set(record.address, end)
    end += record.address.length
  }
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

const none: readonly number[] = []

function readSequences(view: DataView, offset: number): readonly number[] {
  const count = view.getUint32(offset)
  if (count === 0) return none
  return Array.from({ length: count }, (_, i) => view.getFloat64(offset + 4 + 8 * i))
}
